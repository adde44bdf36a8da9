/**
 * The one of `known` that `text` most likely was meant to be: least insertions, deletions,
 * replacements and swaps of neighbors, case and "-" against "_" not counted; at most a third of its
 * length. Failing that, the first that goes on where `text` ends, from four letters on.
 * Undefined when none is near. Of equals the first.
 */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const plain = fold(text);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, fold(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best ?? known.find((name) => plain.length >= 4 && fold(name).startsWith(plain));
}

const fold = (text: string): string => text.toLowerCase().replaceAll('_', '-').slice(0, 64);

/** Edits between two texts, a swap of neighbors counting one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const replaced = (last[j - 1] as number) + (same ? 0 : 1);
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (beforeLast[j - 2] as number) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] as number;
}
