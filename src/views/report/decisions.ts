import type { DecisionRecord } from '../record.ts';
import { countText, factText, percentText } from './format.ts';
import { bytesOf, clip, html, type Html } from './html.ts';

const WHY_MAX = 600;
const TEXT_MAX = 80;
/** Weights shown of one decision. */
const TARGETS_MAX = 20;
/** Facts shown of one decision; a strategy with more has them in its journal. */
const FACTS_MAX = 60;
/** Bytes the days of one run may take, newest first. */
const RUN_SHARE = 150_000;
/** Bytes all decisions may take on the page, so that it stays quick to open. */
const PAGE_SHARE = 1_300_000;

/** Consecutive decisions of one book that all left things as they were; or one that did not. */
interface Run {
  readonly book: string;
  readonly action: string;
  /** Oldest first, at least one. */
  readonly members: DecisionRecord[];
}

const QUIET = new Set(['hold', 'warmup']);

const sameRun = (run: Run, next: DecisionRecord): boolean =>
  run.action === next.action &&
  (QUIET.has(next.action) ||
    (run.members[0]?.why === next.why && targetsText(run.members[0]) === targetsText(next)));

/** Decisions in runs, newest first; books do not break each other's runs. */
function runsOf(decisions: readonly DecisionRecord[]): Run[] {
  const latest = new Map<string, Run>();
  const runs: Run[] = [];
  for (const decision of decisions) {
    const run = latest.get(decision.book);
    if (run && sameRun(run, decision)) {
      run.members.push(decision);
      continue;
    }
    const fresh = { book: decision.book, action: decision.action, members: [decision] };
    latest.set(decision.book, fresh);
    runs.push(fresh);
  }
  return runs.sort((a, b) => lastOf(b).at - lastOf(a).at);
}

const lastOf = (run: Run): DecisionRecord => run.members.at(-1) as DecisionRecord;

/** "SPY 60% · TLT 40%", largest first; empty where a strategy does not think in weights. */
function targetsText(decision: DecisionRecord): string {
  const weights = Object.entries(decision.targets)
    .filter(([, weight]) => weight !== 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const texts = weights
    .slice(0, TARGETS_MAX)
    .map(([symbol, weight]) => `${clip(symbol, 24)} ${percentText(100 * weight, 1)}`);
  const more = weights.length - texts.length;
  return (more > 0 ? [...texts, `and ${more} more`] : texts).join(' · ');
}

function factsOf(decision: DecisionRecord): Html | null {
  const facts = Object.entries(decision.facts);
  if (facts.length === 0) return null;
  const shown = facts
    .slice(0, FACTS_MAX)
    .map(
      ([name, value]) =>
        html`<b><i>${clip(name, TEXT_MAX)}</i> ${clip(factText(value), TEXT_MAX)}</b> `,
    );
  const more = facts.length > FACTS_MAX ? html`and ${facts.length - FACTS_MAX} more` : null;
  return html`<div class="facts">${shown}${more}</div>`;
}

function singleWhy(decision: DecisionRecord): Html {
  const why = clip(decision.why, WHY_MAX);
  const facts = factsOf(decision);
  if (facts === null) return html`${why}`;
  return html`<details>
    <summary>${why}</summary>
    ${facts}
  </details>`;
}

function runWhy(run: Run): Html {
  const items: Html[] = [];
  let [size, before] = [0, undefined as DecisionRecord | undefined];
  for (const member of run.members.toReversed()) {
    const item = dayOf(member, before);
    size += bytesOf(item);
    if (size > RUN_SHARE) break;
    items.push(item);
    before = member;
  }
  const more = run.members.length - items.length;
  const rest = more > 0 ? html`<li>and ${countText(more)} earlier, in the journal</li>` : null;
  return html`<details>
    <summary>${clip(lastOf(run).why, WHY_MAX)}</summary>
    <ol class="days">
      ${items}${rest}
    </ol>
  </details>`;
}

/** One day of a run; its why and targets only where they differ from the day above it. */
function dayOf(member: DecisionRecord, above: DecisionRecord | undefined): Html {
  const why = above?.why === member.why ? null : clip(member.why, WHY_MAX);
  const targets = targetsText(member);
  const changed = above && targetsText(above) !== targets ? html`<b>${targets}</b> ` : null;
  return html`<li><time>${member.date}</time> ${changed}${why}${factsOf(member)}</li>`;
}

function rowOf(run: Run, books: boolean): Html {
  const [first, last] = [run.members[0] as DecisionRecord, lastOf(run)];
  const many = run.members.length > 1;
  const date =
    first.date === last.date
      ? html`<time>${last.date}</time>`
      : html`<time>${first.date}</time> <span>to <time>${last.date}</time></span>`;
  const tone = QUIET.has(run.action) ? 'tag' : 'tag act';
  const count = many ? html` <span class="quiet">× ${countText(run.members.length)}</span>` : null;
  const targets = targetsText(last);
  const book = books ? html`<div class="quiet">${clip(run.book, TEXT_MAX)}</div>` : null;
  return html`<tr role="row">
    <td role="cell" class="date">${date}</td>
    <td role="cell">
      <span class="${tone}">${clip(run.action, 24)}</span>${count}${
        targets === '' ? null : html`<div class="targets">${targets}</div>`
      }${book}
    </td>
    <td role="cell" class="why">${many ? runWhy(run) : singleWhy(last)}</td>
  </tr>`;
}

/** Every decision with its why, newest first, by year; runs of holds are one row that unfolds. */
export function decisionsSection(decisions: readonly DecisionRecord[]): Html {
  if (decisions.length === 0) return html`<p class="quiet">No decisions.</p>`;
  const books = new Set(decisions.map((decision) => decision.book)).size > 1;
  const years = new Map<string, { rows: Html[]; count: number }>();
  let [size, left, shown] = [0, decisions.length, 0];
  for (const run of runsOf(decisions)) {
    const row = rowOf(run, books);
    size += bytesOf(row);
    if (size > PAGE_SHARE) break;
    const key = lastOf(run).date.slice(0, 4);
    const year = years.get(key) ?? { rows: [], count: 0 };
    years.set(key, year);
    year.rows.push(row);
    year.count += run.members.length;
    left -= run.members.length;
    shown++;
  }
  const parts = [...years].map(([year, { rows, count }], i) => yearOf(year, rows, count, i === 0));
  const rest =
    left > 0 ? html`<p>${countText(left)} earlier decisions are in the journal.</p>` : null;
  return html`<p class="quiet">
      ${countText(decisions.length)} decisions in ${countText(shown)} rows, newest first; open a row
      for the figures behind it.
    </p>
    ${parts}${rest}`;
}

const yearOf = (year: string, rows: readonly Html[], count: number, open: boolean): Html =>
  html`<details class="year" ${open ? html` open=""` : null}>
    <summary>
      ${year}
      <span class="quiet">${countText(count)} decisions, ${countText(rows.length)} rows</span>
    </summary>
    <table class="decisions" role="table" aria-label="Decisions of ${year}">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Date</th>
          <th role="columnheader" scope="col">Decision</th>
          <th role="columnheader" scope="col">Why</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows}
      </tbody>
    </table>
  </details>`;
