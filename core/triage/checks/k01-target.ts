/** K01: which machine is meant, and is it one that RDP can reach? */
import { type Finding, notTested, type Outcome, open, outcome } from './finding.ts'
import type { Scene } from './scene.ts'
import { listed } from './words.ts'

export function checkTarget(scene: Scene): Outcome {
  const { target } = scene
  switch (target.kind) {
    case 'unsought':
      return open('K01')
    case 'none': {
      const typed = listed(target.typed)
      if (target.failed !== undefined)
        return {
          ...notTested('K01', target.failed.why, target.failed.lacks),
          findings:
            target.failed.lacks === undefined
              ? []
              : [
                  {
                    cause: 'target.no_access',
                    sure: 0.8,
                    proof: [`${typed} could not be looked up: ${target.failed.why}`],
                  },
                ],
        }
      // Whether it does not exist or may not be seen is deliberately the same words.
      const proof = [`${typed} was not found, or is not visible to you.`]
      return outcome(
        'K01',
        [
          {
            cause:
              target.near.length === 0 && scene.hints.has('not-visible')
                ? 'target.no_access'
                : 'target.wrong_vm',
            sure: target.near.length > 0 ? 0.93 : 0.8,
            proof:
              target.near.length === 0
                ? proof
                : [...proof, `Similar names: ${listed(target.near.map(({ name }) => name))}.`],
          },
        ],
        '',
      )
    }
    case 'many':
      return outcome(
        'K01',
        [
          {
            cause: 'target.ambiguous',
            sure: 0.97,
            proof: [
              `Several machines fit: ${listed(target.vms.map(vm => `${vm.name} in ${vm.resourceGroup} (${vm.subscription.name})`))}.`,
            ],
          },
        ],
        '',
      )
    case 'other':
      return other(target.machine.kind, target.machine.name)
    case 'one': {
      const findings: Finding[] = []
      if (target.vm.os === 'linux')
        findings.push({
          cause: 'target.not_windows',
          sure: 0.97,
          proof: [`${target.vm.name} runs Linux: there is no Windows Remote Desktop on it.`],
        })
      if (target.instead !== undefined)
        findings.push({
          cause: 'target.wrong_vm',
          sure: 0.9,
          proof: [`${target.instead} was not found, or is not visible to you; ${target.vm.name} was meant.`],
          details: { vm: { id: target.vm.id, name: target.vm.name } },
        })
      return outcome('K01', findings, `The VM is ${target.vm.name} in ${target.vm.resourceGroup}.`)
    }
  }
}

function other(kind: string, name: string): Outcome {
  if (kind === 'load-balancer' || kind === 'firewall' || kind === 'bastion')
    return outcome(
      'K01',
      [{ cause: 'target.wrong_vm', sure: 0.8, proof: [`${name} is a ${kind.replace('-', ' ')}, not a VM.`] }],
      '',
    )
  return outcome('K01', [], `${name} is a ${kind.replaceAll('-', ' ')}.`)
}
