/** As much of the recogniser's own interface as is used: it ships no types. Read from its build of Tesseract 5 (version 7.0.0). */
declare module 'tesseract.js-core/tesseract-core-simd-lstm.js' {
  export type Recogniser = {
    /** Zero when the language was loaded. `mode` 1: the neural network alone. */
    Init(folder: string, language: string, mode: 1): number
    /** Reads the file /input. Zero when it is a picture. */
    SetImageFile(orientation: 1, angle: 0): number
    Recognize(monitor: null): number
    GetUTF8Text(): string
    Clear(): void
  }
  export type Core = {
    FS: { writeFile(path: string, bytes: Uint8Array): void }
    TessBaseAPI: new () => Recogniser
  }
  export default function open(options: {
    print?: (line: string) => void
    printErr?: (line: string) => void
  }): Promise<Core>
}
