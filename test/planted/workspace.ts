import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../source.ts';
import { type PlantedBug, plant } from './bug.ts';

const FOLDERS = ['src', 'test', 'scripts', 'examples'];
const FILES = /^(?:package\.json|tsconfig.*\.json|vitest\.config\.ts)$/;
/** Worlds that failed because of a bug are not played again for the next one. */
const KEPT_SEEDS = 'test/hostile/failing-seeds.txt';

/** A copy of the project in a folder of its own, in which one bug at a time is planted. */
export class Workspace {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'plimsoll-planted-'));
    for (const name of FOLDERS) cpSync(join(ROOT, name), this.#at(name), { recursive: true });
    for (const name of readdirSync(ROOT)) {
      if (FILES.test(name)) cpSync(join(ROOT, name), this.#at(name));
    }
    symlinkSync(join(ROOT, 'node_modules'), this.#at('node_modules'), 'junction');
    this.#forgetSeeds();
  }

  #at(path: string): string {
    return join(this.folder, path);
  }

  #forgetSeeds(): void {
    if (existsSync(this.#at(KEPT_SEEDS))) rmSync(this.#at(KEPT_SEEDS));
  }

  /** What `work` brings with the bug in place. Throws where the row no longer applies. */
  async with<T>(bug: PlantedBug, work: () => Promise<T>): Promise<T> {
    const path = this.#at(bug.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, plant(text, bug));
    try {
      return await work();
    } finally {
      writeFileSync(path, text);
      this.#forgetSeeds();
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
