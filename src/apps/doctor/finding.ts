/** How bad it is. `warn`: trading may begin, somebody should look. `fail`: it may not. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** One thing the doctor has looked at. */
export interface Finding {
  /** What was looked at, in one or two words. */
  readonly line: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What a person does about it; not on what is ok. */
  readonly todo?: string;
}

export const VERDICTS: readonly Verdict[] = ['ok', 'warn', 'fail'];

export const fine = (line: string, found: string): Finding => ({ line, verdict: 'ok', found });

export const bad = (
  verdict: 'warn' | 'fail',
  line: string,
  found: string,
  todo: string,
): Finding => ({ line, verdict, found, todo });

/** The findings with the worst last, each verdict's in the order they were made. */
export const worstLast = (findings: readonly Finding[]): Finding[] =>
  VERDICTS.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));

const plain = (text: string): string => text.replace(/\p{C}+/gu, ' ');

/** A line each, aligned: "ok   Account  …1234, margin, ACTIVE". */
export function renderFindings(findings: readonly Finding[]): string[] {
  const width = Math.max(0, ...findings.map(({ line }) => line.length));
  return findings.map(({ line, verdict, found, todo }) => {
    const what = todo === undefined ? found : `${found}. ${todo}`;
    return `${verdict.padEnd(4)} ${line.padEnd(width)}  ${plain(what)}`;
  });
}
