/** Draws messages one under the other as a person's App Home. Total; what does not fit is owned up to. */
import type { HomeView, KnownBlock } from '@slack/types'
import type { Message } from '../../core/index.ts'
import { cost, drawBlocks } from './draw.ts'
import { MOST } from './limits.ts'

export function drawHome(messages: readonly Message[]): HomeView {
  const blocks: KnownBlock[] = []
  for (const [index, message] of messages.entries()) {
    const next: KnownBlock[] = [
      ...(index === 0 ? [] : [{ type: 'divider' } as const]),
      ...drawBlocks(message),
    ]
    // The last block may have to say how many are missing.
    const full =
      blocks.length + next.length >= MOST.viewBlocks || cost([...blocks, ...next]) + MORE > MOST.homeBlocks
    if (full) return { type: 'home', blocks: [...blocks, more(messages.length - index)] }
    blocks.push(...next)
  }
  // Slack wants at least one block.
  return { type: 'home', blocks: blocks.length === 0 ? [{ type: 'divider' }] : blocks }
}

const MORE = 120
const more = (count: number): KnownBlock => ({
  type: 'context',
  elements: [{ type: 'plain_text', text: `… and ${count} more`, emoji: false }],
})
