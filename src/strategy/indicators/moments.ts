/**
 * Mean and spread of the last `capacity` numbers, without a running sum that could drift: a window
 * is the end of the last full circle, whose suffixes are summed up once per circle, and the start
 * of this one. Each part is measured from an input of its own, so that large offsets cost nothing.
 * Source: two-stack queue aggregation; the merge of two parts is by Chan, Golub and LeVeque (1979).
 */
export class Moments {
  readonly capacity: number;
  readonly #slots: Float64Array;
  /** Mean, from the last slot, and sum of squared deviations of slots i to the last. */
  readonly #tailMean: Float64Array;
  readonly #tailSquares: Float64Array;
  #tailed = false;
  /** Slots of this circle that are filled; the others belong to the last circle. */
  #place = 0;
  /** The first input of this circle; its mean and the whole window's are measured from here. */
  #origin = 0;
  #mean = 0;
  #squares = 0;
  #meanBefore = 0;
  #squaresBefore = 0;
  /** Of the whole window. */
  #allMean = 0;
  #allSquares = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#slots = new Float64Array(capacity);
    this.#tailMean = new Float64Array(capacity);
    this.#tailSquares = new Float64Array(capacity);
  }

  get full(): boolean {
    return this.#tailed || this.#place === this.capacity;
  }

  get mean(): number {
    return this.#origin + this.#allMean;
  }

  /** Sum of squared deviations from the mean; 0 or above, exactly 0 when all are equal. */
  get squares(): number {
    return this.#allSquares;
  }

  /** The newest number less the mean. */
  get deviation(): number {
    return this.#place === 0 ? 0 : this.#newest - this.#origin - this.#allMean;
  }

  get #newest(): number {
    return this.#slots[this.#place - 1] as number;
  }

  push(x: number): void {
    if (this.#place === this.capacity) this.#turnCircle();
    this.#place += 1;
    this.#meanBefore = this.#mean;
    this.#squaresBefore = this.#squares;
    this.#take(x);
  }

  /** Puts `x` in place of the newest; a push when nothing is there. */
  amend(x: number): void {
    if (this.#place === 0) this.push(x);
    else this.#take(x);
  }

  #take(x: number): void {
    if (this.#place === 1) this.#origin = x;
    this.#slots[this.#place - 1] = x;
    const y = x - this.#origin;
    const step = y - this.#meanBefore;
    this.#mean = this.#meanBefore + step / this.#place;
    this.#squares = this.#squaresBefore + step * (y - this.#mean);
    this.#merge();
  }

  #merge(): void {
    const { capacity } = this;
    const place = this.#place;
    if (!this.#tailed || place === capacity) {
      this.#allMean = this.#mean;
      this.#allSquares = this.#squares;
      return;
    }
    const tailOrigin = this.#slots[capacity - 1] as number;
    const gap = this.#mean - (this.#tailMean[place] as number) - (tailOrigin - this.#origin);
    const tailShare = (capacity - place) / capacity;
    this.#allMean = this.#mean - gap * tailShare;
    this.#allSquares =
      this.#squares + (this.#tailSquares[place] as number) + gap * gap * place * tailShare;
  }

  #turnCircle(): void {
    this.#tailed = true;
    this.#sumTails(1);
    this.#place = 0;
    this.#mean = 0;
    this.#squares = 0;
  }

  /** Fills the tails from slot `from` on; slots before it may already belong to this circle. */
  #sumTails(from: number): void {
    const origin = this.#slots[this.capacity - 1] as number;
    let mean = 0;
    let squares = 0;
    for (let i = this.capacity - 1; i >= from; i -= 1) {
      const y = (this.#slots[i] as number) - origin;
      const step = y - mean;
      mean += step / (this.capacity - i);
      squares += step * (y - mean);
      this.#tailMean[i] = mean;
      this.#tailSquares[i] = squares;
    }
  }

  get size(): number {
    return this.capacity + 7;
  }

  save(): number[] {
    const scalars = [this.#tailed ? 1 : 0, this.#origin, this.#place, this.#mean, this.#squares];
    return [...scalars, this.#meanBefore, this.#squaresBefore, ...this.#slots];
  }

  load(numbers: Float64Array): void {
    this.#tailed = numbers[0] === 1;
    this.#origin = numbers[1] as number;
    this.#place = numbers[2] as number;
    this.#mean = numbers[3] as number;
    this.#squares = numbers[4] as number;
    this.#meanBefore = numbers[5] as number;
    this.#squaresBefore = numbers[6] as number;
    this.#slots.set(numbers.subarray(7));
    if (this.#tailed) this.#sumTails(this.#place);
    this.#merge();
  }
}
