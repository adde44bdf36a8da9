import { AccountDesk } from '../account.fixture.ts';
import { dollars } from '../desk.fixture.ts';
import type { AccountSeen } from '../input.ts';

export const start = (desk: AccountDesk, epoch = 1) =>
  desk.take({
    kind: 'start',
    at: desk.state.at,
    epoch,
    build: 'b',
    config: 'c',
    strategies: {},
    stage: 'paper',
  });

export const differing: [string, Partial<AccountSeen>, string, string][] = [
  ['a share less', { positions: { A: 499 } }, 'quantity', 'A: ours 500, broker 499 (0.2 %)'],
  ['no position', { positions: { B: 3, A: 500 } }, 'phantom', 'B: ours 0, broker 3 (100.0 %)'],
  ['nothing at all', { positions: {} }, 'missing', 'A: ours 500, broker 0 (100.0 %)'],
  ['twice as much', { positions: { A: 1_000 } }, 'corporateAction', 'one of 2 for 1'],
  ['a tenth', { positions: { A: 50 } }, 'corporateAction', 'one of 1 for 10'],
  [
    'twice as much that was paid for',
    { positions: { A: 1_000 }, cash: dollars(0) },
    'quantity',
    'A: ours 500, broker 1000',
  ],
  [
    'two cents less',
    { cash: dollars(49_999.98) },
    'cash',
    'cash: ours 50000.00, broker 49999.98 (0.0 %)',
  ],
];
