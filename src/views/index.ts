/**
 * views: what people and files see, as plain JSON and plain pages.
 *
 * In: the record of a run. Out: performance (every figure with its formula and source) and one
 * self-contained HTML report. Invariants: money stays exact until it is shown; a figure that a
 * sample cannot carry is null with its reason; no text from outside reaches a page unescaped.
 * Begin with `record.ts`, then `performance.ts` and `report/report.ts`.
 */
export { performanceOf, type Performance } from './performance.ts';
export type { Drawdown } from './performance-drawdown.ts';
export {
  type FigureGroup,
  type FigureKey,
  type FigureRow,
  FIGURES,
  type Figures,
  type FigureUnit,
} from './performance-figures.ts';
export type { PeriodReturn } from './performance-returns.ts';
export type { ClosedTrade } from './performance-trades.ts';
export * from './files.ts';
export * from './record.ts';
export { renderReport, type ReportHead } from './report/report.ts';
export * from './statistics.ts';
