import { alpacaDriver } from './driver-alpaca.ts';
import { recordedAlpacaDriver, recordedSchwabDriver } from './driver-recorded.ts';
import { schwabDriver } from './driver-schwab.ts';
import { simulatorDriver } from './driver-simulator.ts';
import type { BrokerDriver } from './kit.ts';

/** Every counterpart that the kit knows, in the order of the table. */
export const DRIVERS: readonly BrokerDriver[] = [
  simulatorDriver,
  alpacaDriver,
  schwabDriver,
  recordedAlpacaDriver,
  recordedSchwabDriver,
];
