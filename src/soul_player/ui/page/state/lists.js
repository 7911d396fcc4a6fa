// Lists that are read by position, a block at a time.
import { signal } from '../dom.js';
import { libraryTick } from './live.js';

export const BLOCK = 100;

// What stands in a list: blocks are read when their rows come into sight, and again when the library changed.
export class List {
  constructor() {
    this.total = signal(null);
    this.tick = signal(0);
    this.error = signal(null);
    this.ids = new Map();
    this.fresh = new Set();
    this.reading = new Set();
    // How often what was read was found to be old.
    this.refreshes = 0;
    this.sight = [0, 0];
    this.isOver = false;
    let first = true;
    this.stop = libraryTick.subscribe(() => {
      if (!first) this.refresh();
      first = false;
    });
  }

  end() {
    this.isOver = true;
    this.stop();
  }

  idAt(place) {
    return this.ids.get(place);
  }

  // The rows that are in sight; asked for with every scroll, so only what is not there is read.
  want(first, last) {
    this.sight = [first, last];
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block += 1) this.read(block);
  }

  refresh() {
    this.growOld();
    this.want(...this.sight);
  }

  growOld() {
    this.fresh.clear();
    this.refreshes += 1;
  }

  async read(block) {
    if (this.fresh.has(block) || this.reading.has(block) || this.isOver) return;
    const { refreshes } = this;
    this.reading.add(block);
    this.fresh.add(block);
    try {
      await this.fetchBlock(block);
      this.error.value = null;
    } catch (error) {
      this.fresh.delete(block);
      this.error.value = error;
    } finally {
      this.reading.delete(block);
    }
    if (refreshes === this.refreshes) return;
    // What came now may have been told before the change: it is read once more.
    this.fresh.delete(block);
    this.want(...this.sight);
  }
}
