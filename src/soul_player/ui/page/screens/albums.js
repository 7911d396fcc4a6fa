// All albums, as covers.
import { api } from '../api.js';
import { html, useEffect, useMemo } from '../dom.js';
import { AlbumCard, CardGrid } from '../parts/card-grid.js';
import { FilterChips, filterQuery } from '../parts/filters.js';
import { Heading, OrderSelect } from '../parts/heading.js';
import { CatalogueSwitch } from '../parts/segments.js';
import { Trouble } from '../parts/track-table.js';
import { albumOrder } from '../state/kept.js';
import { PagedList } from '../state/pages.js';
import { orders, titles } from '../words.js';
import { albums as words } from '../words-more.js';
import { Nothing } from './tracks.js';

export function usePages(read, key) {
  const list = useMemo(() => new PagedList(read), [key]);
  useEffect(() => {
    list.want(0, 99);
    return () => list.end();
  }, [list]);
  return list;
}

export default function Albums() {
  const asked = { ...filterQuery(), order: albumOrder.value };
  const list = usePages(async (first, count) => {
    const { total, albums, letters } = await api.get('/api/albums', { ...asked, first, count });
    return { total, items: albums, letters };
  }, JSON.stringify(asked));
  const total = list.total.value;
  return html`
    <${CatalogueSwitch} />
    <${Heading} title=${titles.albums} sub=${total === null ? '' : words.count(total)}>
      <${OrderSelect} label=${orders.label} value=${albumOrder.value} options=${words.orders} onChange=${(value) => (albumOrder.value = value)} />
    </${Heading}>
    <${FilterChips} isShort=${true} />
    ${list.error.value && total === null ? html`<${Trouble} list=${list} />` : total === 0
      ? html`<${Nothing} isWhole=${asked.show === 'all' && asked.source === null} />`
      : html`<${CardGrid} list=${list} label=${titles.albums} draw=${(album, place, all) => html`<${AlbumCard} key=${album.key} album=${album} place=${place} total=${all} />`} />`}`;
}
