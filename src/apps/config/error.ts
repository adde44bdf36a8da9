/** Where a piece of configuration came from. Line and column count from 1; null for an argument. */
export interface Place {
  /** The file as it was named, or the argument such as "--set name=x". */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** One thing to mend. No text of it holds a value that came from the environment. */
export interface ConfigError extends Place {
  /** Path of keys such as "books.0.capital_pct"; empty for the file as a whole. */
  readonly key: string;
  /** What is there, as it was written: "${NAME}" and never what it stands for. */
  readonly found: string;
  readonly wanted: string;
  /** What to write in its place, where one thing is near. */
  readonly suggestion?: string;
}

/** An error at a place; a suggestion of undefined is left out. */
export function configError(
  at: Place,
  parts: { key: string; found: string; wanted: string; suggestion?: string | undefined },
): ConfigError {
  const { path, line, column } = at;
  const { key, found, wanted, suggestion } = parts;
  const error = { path, line, column, key, found, wanted };
  return suggestion === undefined ? error : { ...error, suggestion };
}

/** `desk.yaml:12:5: books.0.nmae: found ..., wanted ...; did you mean "name"?`, a line an error. */
export function formatConfigErrors(errors: readonly ConfigError[]): string {
  return errors.map(formatOne).join('\n');
}

function formatOne(error: ConfigError): string {
  const place = error.line === null ? error.path : `${error.path}:${error.line}:${error.column}`;
  const key = error.key === '' ? '' : ` ${error.key}:`;
  const hint = error.suggestion === undefined ? '' : `; did you mean "${error.suggestion}"?`;
  return `${place}:${key} found ${error.found}, wanted ${error.wanted}${hint}`;
}

/** The errors in the order of the file, arguments last, each once. */
export function inOrder(errors: readonly ConfigError[]): ConfigError[] {
  const once = new Map(errors.map((error) => [formatOne(error), error]));
  const line = (error: ConfigError) => error.line ?? Number.MAX_SAFE_INTEGER;
  return [...once.values()].sort(
    (a, b) => line(a) - line(b) || (a.column ?? 0) - (b.column ?? 0) || (a.key < b.key ? -1 : 1),
  );
}
