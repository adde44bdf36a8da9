import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What is used of the WebAssembly module's own interface. */
interface TalibModule {
  readonly HEAPF64: Float64Array;
  readonly HEAP32: Int32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  ccall(
    name: string,
    returns: 'number',
    types: readonly 'number'[],
    args: readonly number[],
  ): number;
}

/** Calls TA-Lib's C function `TA_<name>` on whole columns. */
export interface Talib {
  /**
   * `outputs` columns as long as the inputs, NaN before TA-Lib's first value.
   * Options are passed in the order of the C function. Throws on any return code but success.
   */
  call(
    name: string,
    inputs: readonly Float64Array[],
    options: readonly number[],
    outputs?: number,
  ): Float64Array[];
}

/**
 * TA-Lib from the npm package talib-web. Its own wrapper reads one element past the input, so the C
 * functions are called directly; the module comes from a data address because Node's `fetch`, which
 * the package prefers, reads no files.
 */
export async function loadTalib(): Promise<Talib> {
  const require = createRequire(import.meta.url);
  const { init } = require('talib-web') as { init(path: string): Promise<TalibModule> };
  const wasm = readFileSync(require.resolve('talib-web').replace(/[^/\\]+$/, 'talib.wasm'));
  const module = await init(`data:application/wasm;base64,${wasm.toString('base64')}`);
  return {
    call: (name, inputs, options, outputs = 1) => call(module, { name, inputs, options, outputs }),
  };
}

interface Call {
  readonly name: string;
  readonly inputs: readonly Float64Array[];
  readonly options: readonly number[];
  readonly outputs: number;
}

function call(module: TalibModule, { name, inputs, options, outputs }: Call): Float64Array[] {
  const length = inputs[0]?.length ?? 0;
  const take = (bytes: number) => module.ccall('malloc', 'number', ['number'], [bytes]);
  const ins = inputs.map(() => take(8 * length));
  const outs = Array.from({ length: outputs }, () => take(8 * length));
  const bounds = take(8);
  // The heap may have moved while memory was taken, so it is asked for only now.
  inputs.forEach((column, i) => module.HEAPF64.set(column, (ins[i] as number) / 8));
  const args = [0, length - 1, ...ins, ...options, bounds, bounds + 4, ...outs];
  const types = args.map(() => 'number' as const);
  const code = module.ccall(`TA_${name}`, 'number', types, args);
  const begin = module.HEAP32[bounds / 4] as number;
  const count = module.HEAP32[bounds / 4 + 1] as number;
  const columns = outs.map((pointer) => {
    const column = new Float64Array(length).fill(Number.NaN);
    column.set(module.HEAPF64.subarray(pointer / 8, pointer / 8 + count), begin);
    return column;
  });
  for (const pointer of [...ins, ...outs, bounds])
    module.ccall('free', 'number', ['number'], [pointer]);
  if (code !== 0) throw new Error(`TA_${name} returned "${code}"`);
  return columns;
}
