import { masked } from '../../adapters/index.ts';
import { formatMoney, type Money } from '../../base/index.ts';

/** A line of result on standard output; no secret passes (invariant 32). */
export const say = (line = ''): void => {
  process.stdout.write(`${masked(line)}\n`);
};

/** A line for people on standard error, beside the results. */
export const note = (line: string): void => {
  process.stderr.write(`${masked(line)}\n`);
};

/** "$1,234.56", sign before the dollar, rounded to cents for reading only. */
export function dollars(amount: Money): string {
  const [whole = '0', cents = ''] = formatMoney(Math.abs(amount) as Money).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '-' : ''}$${grouped}.${cents.slice(0, 2)}`;
}

/** Rows as aligned columns; columns whose every cell is a figure stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, c) =>
    Math.max(title.length, ...rows.map((row) => (row[c] ?? '').length)),
  );
  const isFigure = head.map((_, c) =>
    rows.every((row) => /^[-+$]?[\d,.$%-]*%?$/.test(row[c] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => (isFigure[c] ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}

/** A bar on standard error while something takes long; nothing where nobody looks. */
export function progressBar(title: string): { update(share: number): void; done(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { update: () => {}, done: () => {} };
  const began = performance.now();
  let drawn = 0;
  return {
    update(share) {
      const now = performance.now();
      if (now - began < 300 || now - drawn < 100) return;
      drawn = now;
      const full = Math.round(share * 30);
      stderr.write(
        `\r${title} ${'█'.repeat(full)}${'░'.repeat(30 - full)} ${Math.round(share * 100)} %`,
      );
    },
    done() {
      if (drawn > 0) stderr.write(`\r${' '.repeat(title.length + 40)}\r`);
    },
  };
}
