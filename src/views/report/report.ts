import { formatInstant, type Instant, sha256 } from '../../base/index.ts';
import type { Performance } from '../performance.ts';
import type { RunRecord } from '../record.ts';
import { curvesSection } from './curves.ts';
import { decisionsSection } from './decisions.ts';
import { drawdownTable, figuresSection, tiles } from './figures.ts';
import { fillsSection } from './fills.ts';
import { countText, dated } from './format.ts';
import { holdingsSection } from './holdings.ts';
import { clip, html, Html } from './html.ts';
import { monthsSection } from './months.ts';
import { STYLE } from './style.ts';

export interface ReportHead {
  readonly title: string;
  readonly generatedAt: Instant;
}

const STYLE_HASH = Buffer.from(sha256(STYLE), 'hex').toString('base64');
/** Nothing may be fetched or run; the one style sheet is allowed by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
/** Not through `html`: its text must stay as it was hashed. */
const STYLE_TAG = new Html(`<style>${STYLE}</style>`);

/**
 * One page of HTML that stands alone: no script, nothing fetched, all text encoded. Curves are
 * thinned but keep their extremes; decisions and fills are newest first and cut, with a count of
 * what is left out, so that the page stays below 3 MB. `performance` is that of the same run.
 */
export function renderReport(run: RunRecord, performance: Performance, head: ReportHead): string {
  const title = clip(head.title, 120);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE_TAG}
      </head>
      <body>
        ${pageHead(run, performance, title)}
        <main class="wrap">
          <section class="bare" id="overview" aria-label="Overview">
            ${tiles(run, performance)}
          </section>
          ${sections(run, performance).map(([id, name, body]) => section(id, name, body))}
        </main>
        <footer class="wrap">
          Made ${minuteText(head.generatedAt)} by Plimsoll from the record of ${stageText(run)}.
          Past results do not promise future ones.
        </footer>
      </body>
    </html> `.toString();
}

const NOTES_MAX = 40;

const SECTIONS = [
  ['equity', 'Equity'],
  ['months', 'Monthly returns'],
  ['holdings', 'Holdings'],
  ['decisions', 'Decisions'],
  ['fills', 'Fills'],
  ['figures', 'Figures'],
] as const;

function sections(run: RunRecord, performance: Performance): [string, string, Html][] {
  const benchmark = run.benchmark === null ? null : clip(run.benchmark.symbol, 12);
  const bodies: Record<(typeof SECTIONS)[number][0], Html> = {
    equity: html`${curvesSection(run, performance)}${drawdownTable(performance.drawdowns)}`,
    months: monthsSection(performance, benchmark),
    holdings: holdingsSection(run),
    decisions: decisionsSection(run.decisions),
    fills: fillsSection(run.fills),
    figures: figuresSection(performance),
  };
  return SECTIONS.map(([id, name]) => [id, name, bodies[id]]);
}

const section = (id: string, name: string, body: Html): Html =>
  html`<section id="${id}" aria-labelledby="${id}-h">
    <h2 id="${id}-h">${name}</h2>
    ${body}
  </section> `;

/** "2024-01-05 20:55 UTC". */
const minuteText = (at: Instant): string =>
  `${formatInstant(at).slice(0, 16).replace('T', ' ')} UTC`;

const stageText = (run: RunRecord): string =>
  ({
    backtest: 'a backtest',
    'dry-run': 'a dry run',
    paper: 'paper trading',
    live: 'live trading',
  })[run.stage];

/** A circle crossed by a line: the load line of a ship. */
const MARK = html`<svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
  <circle cx="20" cy="20" r="12" fill="none" stroke="currentColor" stroke-width="3" />
  <path d="M2 20h36" stroke="currentColor" stroke-width="3" />
</svg>`;

function pageHead(run: RunRecord, performance: Performance, title: string): Html {
  const { from, to, days } = performance;
  const span = from === null ? 'no days yet' : `${from} to ${to}, ${countText(days)} trading days`;
  const links = SECTIONS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`);
  const themes = ['auto', 'light', 'dark'].map(
    (name, i) =>
      html`<label
        ><input
          type="radio"
          name="theme"
          id="theme-${name}"
          ${i === 0 ? html` checked=""` : null}
        />${name.charAt(0).toUpperCase()}${name.slice(1)}</label
      >`,
  );
  const notes =
    run.notes.length === 0
      ? null
      : html`<ul class="notes" role="note" aria-label="Notes">
          ${run.notes.slice(0, NOTES_MAX).map((note) => html`<li>${clip(note, 500)}</li>`)}
        </ul>`;
  return html`<header class="wrap">
      ${MARK}
      <div>
        <h1>${title}</h1>
        <p class="facts-line">
          <span class="stage ${run.stage}">${run.stage.replace('-', ' ')}</span>
          ${clip(run.desk, 80)} · ${dated(span)}
        </p>
      </div>
      <fieldset class="theme">
        <legend class="vh">Theme</legend>
        ${themes}
      </fieldset>
    </header>
    <div class="wrap">
      <nav aria-label="Sections">
        <ul>
          ${links}
        </ul>
      </nav>
      ${notes}
    </div>`;
}
