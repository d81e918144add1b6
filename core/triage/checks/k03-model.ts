/** K03: what kind of VM is it? Facts for other checks and for remedies; it names no cause but a machine that is no Windows. */
import { clear, type Outcome, outcome } from './finding.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkModel(scene: Scene): Outcome {
  const model = value(scene, 'model')
  if (model === undefined) return unread(scene, 'K03', 'model')
  const os = value(scene, 'state')?.osName
  const foreign =
    scene.vm?.os === 'linux' ||
    (scene.vm?.os !== 'windows' &&
      /linux|ubuntu|debian|rhel|centos|suse|alma|rocky|oracle/i.test(`${os ?? ''} ${model.image ?? ''}`))
  if (foreign) {
    return outcome(
      'K03',
      [
        {
          cause: 'target.not_windows',
          sure: 0.97,
          proof: [
            `${scene.vm?.name ?? 'The VM'} runs ${os ?? 'Linux'}: there is no Windows Remote Desktop on it.`,
          ],
        },
      ],
      '',
    )
  }
  const traits = [
    model.spot && 'Spot',
    model.ephemeralOsDisk && 'ephemeral system disk',
    model.temporaryDisk && 'temporary disk',
    !model.extensionOperations && 'extensions not allowed',
    ...model.locks.map(({ name, level }) => `lock ${name} (${level})`),
  ].filter(trait => trait !== false)
  return clear('K03', `${model.size}${traits.length === 0 ? '' : `: ${traits.join(', ')}`}.`)
}
