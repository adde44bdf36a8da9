import { brokerFindings, type BrokerParts } from './broker.ts';
import { bad, type Finding, worstLast } from './finding.ts';
import { localFindings, type LocalParts } from './local.ts';
import type { Probe } from '../../adapters/index.ts';

export { brokerFindings, type BrokerParts, permissionsOf } from './broker.ts';
export { type Finding, renderFindings, type Verdict, worstLast } from './finding.ts';
export { localFindings, type LocalParts } from './local.ts';
export { systemSeen, type SystemSeen } from './system.ts';

export interface DoctorParts {
  readonly local: LocalParts;
  /** What the broker is asked; null where no stage asks it. */
  readonly broker: (Omit<BrokerParts, 'probe'> & { readonly probe: Probe | null }) | null;
}

/**
 * Looks at all that has to be right before a desk starts; the worst is last. Never throws: what
 * cannot be told is a failure, for it is not known to be right.
 */
export async function doctor({ local, broker }: DoctorParts): Promise<readonly Finding[]> {
  const findings = [...localFindings(local)];
  if (broker !== null) {
    const { probe } = broker;
    const todo = 'Set broker, account and keys of the desk';
    const told =
      probe === null
        ? [bad('fail', 'Broker', 'not known, because there is no connection to it', todo)]
        : await brokerFindings({ ...broker, probe });
    findings.push(...told);
  }
  return worstLast(findings);
}
