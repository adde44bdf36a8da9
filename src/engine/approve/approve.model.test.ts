import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, policy, approve, reject, restarted } from './approve.fixture.ts';
import { Desk, deskSaying, wish } from '../desk.fixture.ts';

/** What a person, two devices and a process that restarts may do, in any order. */
interface Model {
  yes: number;
}

const step = (name: string, run: (model: Model, desk: Desk) => void): fc.Command<Model, Desk> => ({
  check: () => true,
  run(model, desk) {
    run(model, desk);
    const approved = desk
      .of('approvalEnded')
      .filter((one) => one.first && one.ended.outcome === 'approved');
    expect(desk.intents).toHaveLength(approved.length);
    expect(new Set(desk.intents.map(({ clientOrderId }) => clientOrderId)).size).toBe(
      approved.length,
    );
    expect(approved.length).toBeLessThanOrEqual(model.yes);
    for (const { intent } of desk.state.orders.live.values())
      expect(intent.quantity).toBeGreaterThan(0);
  },
  toString: () => name,
});

test('N answers in any interleaving with restarts: one yes, at most one order (F068)', () => {
  const anyId = fc.nat(5).map((i) => `one-2024-01-03-${i + 1}`);
  const commands = [
    anyId.map((id) =>
      step(`approve ${id}`, (model, desk) => {
        model.yes++;
        approve(desk, id);
      }),
    ),
    anyId.map((id) => step(`reject ${id}`, (_, desk) => void reject(desk, id))),
    fc.constant(step('restart', (_, desk) => restarted(desk))),
    fc.nat(40_000).map((ms) => step(`pass ${ms}`, (_, desk) => void desk.pass(ms))),
    fc.constant(step('fill', (_, desk) => void desk.fillAll())),
    fc.constant(
      step('again', (_, desk) => {
        const [request] = [...desk.state.approvals.ended];
        if (request) approve(desk, request.id);
      }),
    ),
  ];
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 40 }), (cmds) => {
      const wishes = Array.from({ length: 5 }, (_, i) => ({
        symbol: i % 2 === 0 ? 'A' : 'B',
        side: 'buy' as const,
        quantity: i + 1,
      }));
      const real = deskSaying([wish(...wishes)], { approvals: policy({ timeoutMs: 60_000 }) });
      real.decideOn(DAY);
      fc.modelRun(() => ({ model: { yes: 0 }, real }), cmds);
      expect(real.of('approvalUsed')).toHaveLength(real.intents.length);
    }),
    { numRuns: 300 },
  );
});
