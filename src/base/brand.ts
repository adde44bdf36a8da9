declare const brand: unique symbol;

/** A `T` that only its own parser or constructor can make: `Brand<number, 'Money'>`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** An expected refusal is a value: `ok` tells which side it is. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const fail = <E>(error: E): { ok: false; error: E } => ({ ok: false, error });
