import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, type DateText, formatInstant, type Instant } from '../base/index.ts';
import { type Session, sessionOn } from './session.ts';
import { formatSlot, parseSlot, type Slot, slotInstant } from './slot.ts';
import { exchangeClock } from './zone.ts';

const on = (text: string) => sessionOn(text as DateText) as Session;
const clockOf = (day: string, text: string) => exchangeClock(slotInstant(on(day), parseSlot(text)));

function instantOrRefusal(session: Session, slot: Slot): number | 'refused' {
  try {
    return slotInstant(session, slot);
  } catch (error) {
    if (error instanceof BadInput) return 'refused';
    throw error;
  }
}

describe('texts of slots', () => {
  test.each<[string, Slot, string]>([
    ['close', { kind: 'session', anchor: 'close', offsetMs: 0 }, 'close'],
    ['open', { kind: 'session', anchor: 'open', offsetMs: 0 }, 'open'],
    ['close - 5m', { kind: 'session', anchor: 'close', offsetMs: -300_000 }, 'close - 5m'],
    ['close-5m', { kind: 'session', anchor: 'close', offsetMs: -300_000 }, 'close - 5m'],
    ['open + 15m', { kind: 'session', anchor: 'open', offsetMs: 900_000 }, 'open + 15m'],
    ['open + 90s', { kind: 'session', anchor: 'open', offsetMs: 90_000 }, 'open + 90s'],
    ['open+60m', { kind: 'session', anchor: 'open', offsetMs: 3_600_000 }, 'open + 1h'],
    ['close - 6h', { kind: 'session', anchor: 'close', offsetMs: -21_600_000 }, 'close - 6h'],
    ['every bar', { kind: 'every-bar' }, 'every bar'],
  ])('"%s"', (text, slot, formatted) => {
    expect(parseSlot(text)).toEqual(slot);
    expect(formatSlot(slot)).toBe(formatted);
  });

  test('a slot survives formatting and parsing', () => {
    const seconds = fc.integer({ min: 0, max: 6 * 3600 });
    fc.assert(
      fc.property(fc.constantFrom('open', 'close'), seconds, (anchor, s) => {
        const offsetMs = s === 0 ? 0 : s * (anchor === 'open' ? 1000 : -1000);
        const slot = { kind: 'session', anchor, offsetMs } as Slot;
        expect(parseSlot(formatSlot(slot))).toEqual(slot);
      }),
    );
  });

  test.each([
    ['close + 5m', 'close - 5m'],
    ['open - 5m', 'open + 5m'],
    ['Close - 5m', 'close - 5m'],
    ['close  -  5m', 'close - 5m'],
    ['close - 5 min', 'close - 5m'],
    ['close - 5 minutes', 'close - 5m'],
    ['open + 90sec', 'open + 90s'],
    ['every-bar', 'every bar'],
    ['Every Bar', 'every bar'],
    ['15:55', 'close - 5m'],
    ['9:45', 'open + 15m'],
    ['16:00', 'close'],
    ['09:30', 'open'],
  ])('"%s" is refused with the hint "%s"', (text, hint) => {
    expect(() => parseSlot(text)).toThrow(BadInput);
    expect(() => parseSlot(text)).toThrow(`did you mean "${hint}"?`);
  });

  test.each(['', 'noon', '04:00', 'close - ', 'close - 5', 'close - 0m', 'close - 5d', 'every 5m'])(
    '"%s" is refused with the forms that are known',
    (text) => {
      expect(() => parseSlot(text)).toThrow(BadInput);
      expect(() => parseSlot(text)).toThrow(/^Slot ".*" is not one such as "close - 5m", "open/);
    },
  );

  test.each(['close - 7h', 'close - 361m', 'open + 21601s', 'open + 99999h'])(
    '"%s" is farther than six hours',
    (text) => expect(() => parseSlot(text)).toThrow('more than 6 hours'),
  );
});

describe('F047: slots follow the exchange’s clock', () => {
  test.each([
    ['2024-03-08', '2024-03-08T20:55:00.000Z'],
    ['2024-03-11', '2024-03-11T19:55:00.000Z'],
    ['2024-03-28', '2024-03-28T19:55:00.000Z'],
    ['2024-10-28', '2024-10-28T19:55:00.000Z'],
    ['2024-11-01', '2024-11-01T19:55:00.000Z'],
    ['2024-11-04', '2024-11-04T20:55:00.000Z'],
  ])('around the two Sundays "close - 5m" is 15:55 in New York on %s', (day, utc) => {
    expect(formatInstant(slotInstant(on(day), parseSlot('close - 5m')))).toBe(utc);
    expect(clockOf(day, 'close - 5m')).toBe('15:55:00');
  });
});

describe('F048: slots follow the day’s own session', () => {
  test('on a half day the slot before the close is before 13:00', () => {
    expect(clockOf('2024-11-29', 'close - 5m')).toBe('12:55:00');
    expect(clockOf('2024-07-03', 'close')).toBe('13:00:00');
    expect(clockOf('1992-12-24', 'close - 5m')).toBe('13:55:00');
  });

  test('after a late open the slot is later too', () => {
    expect(clockOf('1996-01-08', 'open + 15m')).toBe('11:15:00');
  });

  test('an offset that a half day does not hold is refused', () => {
    const message = 'Slot "open + 4h" falls outside the session of "2024-11-29"';
    expect(() => clockOf('2024-11-29', 'open + 4h')).toThrow(new BadInput(message));
    expect(() => clockOf('2024-11-29', 'close - 4h')).toThrow(BadInput);
    expect(clockOf('2024-11-29', 'open + 210m')).toBe('13:00:00');
    expect(clockOf('2024-11-27', 'open + 4h')).toBe('13:30:00');
  });

  test('a close moved at random moves the slot with it, or the slot is refused', () => {
    const session = on('2024-11-27');
    const seconds = fc.integer({ min: 0, max: 6 * 3600 });
    fc.assert(
      fc.property(seconds, seconds, fc.constantFrom('open', 'close'), (length, s, anchor) => {
        const close = (session.open + length * 1000) as Instant;
        const moved: Session = { ...session, close, early: true };
        const offsetMs = s === 0 ? 0 : s * (anchor === 'open' ? 1000 : -1000);
        const slot = { kind: 'session', anchor, offsetMs } as Slot;
        const at = anchor === 'open' ? session.open + s * 1000 : close - s * 1000;
        expect(instantOrRefusal(moved, slot)).toBe(s > length ? 'refused' : at);
      }),
    );
  });

  test('every bar has no instant of its own', () => {
    expect(() => slotInstant(on('2024-11-27'), { kind: 'every-bar' })).toThrow(BadInput);
  });
});
