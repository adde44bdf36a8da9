/** What must go red where a bug is planted. */
export type Check =
  | { readonly kind: 'tests'; readonly files: readonly string[] }
  /** Worlds of the hostile simulation, one of which must break one of these invariants. */
  | { readonly kind: 'worlds'; readonly seeds: number; readonly invariants: readonly number[] };

/** One bug of our own against the promise of `ARCHITECTURE.md`, in one place of the source. */
export interface PlantedBug {
  readonly name: string;
  /** Scenarios and invariants that it breaks: "F015, invariant 8". */
  readonly about: string;
  /** Relative to the root. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly check: Check;
}

type Make = (name: string, about: string, find: string, replace: string) => PlantedBug;

/** Makes bugs of one file that tests beside it, or others, must see. */
export const bugsOf =
  (file: string, ...files: readonly string[]): Make =>
  (name, about, find, replace) => ({
    name,
    about,
    file,
    find,
    replace,
    check: { kind: 'tests', files },
  });

/** Makes bugs of one file that only a whole world shows. */
export const worldBugsOf =
  (file: string, seeds: number, invariants: readonly number[]): Make =>
  (name, about, find, replace) => ({
    name,
    about,
    file,
    find,
    replace,
    check: { kind: 'worlds', seeds, invariants },
  });

/** How often `find` stands in `text`, overlaps left out. */
export const occurrences = (text: string, find: string): number => text.split(find).length - 1;

/** `text` with the bug in it; throws where the row is stale: its place is gone, or not the only. */
export function plant(text: string, { name, file, find, replace }: PlantedBug): string {
  const count = occurrences(text, find);
  if (count !== 1) {
    throw new Error(`Row "${name}" no longer applies: its text is "${count}" times in ${file}`);
  }
  return text.replace(find, () => replace);
}
