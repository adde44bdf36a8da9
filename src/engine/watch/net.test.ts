import { expect, test } from 'vitest';
import { hold } from '../../strategy/index.ts';
import { bookOf, saying, setupOf, wish } from '../desk.fixture.ts';
import { buyA, FIRST, SECOND, sellA, SHORT, STOPS, WatchDesk } from './watch.fixture.ts';

test('a stop is for no more than the broker has for its book (invariant 21)', () => {
  const long = bookOf('long', saying(wish(buyA()), hold('done')), { watch: STOPS });
  const sells = saying(hold('not yet'), wish(sellA(4)));
  const short = bookOf('short', sells, { limits: SHORT });
  const desk = new WatchDesk(setupOf([long, short], { limits: SHORT }));
  desk.bars(FIRST);
  desk.fill(desk.newest());
  desk.acceptAll();
  expect(desk.resting).toEqual(['sell 100 A stop @92']);
  desk.bars(SECOND);
  desk.fill(desk.newest());
  desk.proveCancels();
  expect(desk.resting).toEqual(['sell 96 A stop @92']);
});
