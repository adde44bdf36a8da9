import type { PlantedBug } from './bug.ts';
import { ACCOUNT_BUGS } from './bugs-account.ts';
import { APPROVAL_BUGS } from './bugs-approvals.ts';
import { EXIT_BUGS } from './bugs-exit.ts';
import { GATE_BUGS } from './bugs-gate.ts';
import { MEMORY_BUGS } from './bugs-memory.ts';
import { ORDER_BUGS } from './bugs-orders.ts';
import { PROCESS_BUGS } from './bugs-process.ts';
import { WIRE_BUGS } from './bugs-wire.ts';

/** Every bug that is planted, and what must see it. */
export const BUGS: readonly PlantedBug[] = [
  ...ORDER_BUGS,
  ...WIRE_BUGS,
  ...GATE_BUGS,
  ...APPROVAL_BUGS,
  ...ACCOUNT_BUGS,
  ...EXIT_BUGS,
  ...MEMORY_BUGS,
  ...PROCESS_BUGS,
];
