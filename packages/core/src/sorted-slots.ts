const chunkSize = 512;

/** Slots in their order, in chunks, so that neither adding one nor a page of them goes over all. */
export class SortedSlots {
  readonly #chunks: string[][] = [[]];

  add(slot: string): void {
    const at = this.#chunkOf(slot);
    const chunk = this.#chunks[at] as string[];
    const place = placeIn(chunk, slot);
    if (chunk[place] === slot) return;
    chunk.splice(place, 0, slot);
    if (chunk.length > chunkSize) this.#chunks.splice(at + 1, 0, chunk.splice(chunkSize / 2));
  }

  delete(slot: string): void {
    const at = this.#chunkOf(slot);
    const chunk = this.#chunks[at] as string[];
    const place = placeIn(chunk, slot);
    if (chunk[place] !== slot) return;
    chunk.splice(place, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
  }

  /** Those above `slot`, in order. */
  *above(slot: string): Generator<string> {
    for (let at = this.#chunkOf(slot); at < this.#chunks.length; at += 1) {
      for (const each of this.#chunks[at] as string[]) if (each > slot) yield each;
    }
  }

  /** The last chunk that begins at or below the slot. */
  #chunkOf(slot: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.[0] ?? '') <= slot) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function placeIn(chunk: readonly string[], slot: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] as string) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
