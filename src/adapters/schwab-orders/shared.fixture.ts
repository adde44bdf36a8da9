import { existsSync, readFileSync } from 'node:fs';

const FOLDER = '../shared/specs/brokers/';

/** Whether the recorded answers lie beside the project. */
export const hasShared = existsSync(`${FOLDER}fixtures/schwab`);

/** One recorded answer: "orders.list.json". */
export const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(`${FOLDER}fixtures/schwab/${name}`, 'utf8')) as unknown;

/** A published document: "schwab-trader.openapi.json". */
export const published = (name: string): unknown =>
  JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')) as unknown;
