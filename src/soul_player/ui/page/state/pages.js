// Lists of anything that the API gives by position: albums, artists. Blocks are read when they come into sight.
import { batch } from '../dom.js';
import { BLOCK, List } from './lists.js';

export class PagedList extends List {
  // `read(first, count)` gives {total, items, letters}.
  constructor(read) {
    super();
    this.readPage = read;
    this.letters = [];
  }

  at(place) {
    return this.ids.get(place);
  }

  async fetchBlock(block) {
    const { total, items, letters } = await this.readPage(block * BLOCK, BLOCK);
    if (this.isOver) return;
    batch(() => {
      if (this.total.value !== null && this.total.value !== total) {
        this.ids.clear();
        this.fresh = new Set([block]);
      }
      items.forEach((item, place) => this.ids.set(block * BLOCK + place, item));
      if (letters) this.letters = letters;
      this.total.value = total;
      this.tick.value += 1;
    });
    this.want(...this.sight);
  }
}
