// Search, and the badge: always in this one place.
import { html, useEffect, useRef } from '../dom.js';
import { go, path, query, replaceQuery } from '../router.js';
import { counts } from '../state/live.js';
import { frame as words } from '../words.js';
import { Badge } from './badge.js';

export const searchBox = { current: null };

export function TopBar() {
  const input = useRef();
  const isSearch = path.value === '/search';
  const text = isSearch ? query.value.get('text') || '' : '';
  useEffect(() => {
    searchBox.current = input.current;
    if (document.activeElement !== input.current && input.current.value !== text) input.current.value = text;
  }, [text, isSearch]);

  function onInput(event) {
    const typed = event.target.value;
    if (path.value !== '/search') go(`/search?${new URLSearchParams({ text: typed })}`);
    else replaceQuery({ ...Object.fromEntries(query.value), text: typed });
  }
  function clear() {
    input.current.value = '';
    if (isSearch) replaceQuery({});
    input.current.focus();
  }
  function onKeyDown(event) {
    if (event.key === 'Escape' && input.current.value) clear();
    else if (event.key === 'Escape') input.current.blur();
    else if (event.key === 'ArrowDown' || event.key === 'Enter') document.querySelector('#main [role=row][tabindex="0"], #main .result a')?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return html`<header class="top">
    <label class="search icon-search"><span class="unseen">${words.search}</span>
      <input ref=${input} type="search" placeholder=${words.searchIn(counts.value?.tracks)} autocomplete="off" spellcheck="false" enterkeyhint="search" maxlength="500" dir="auto" onInput=${onInput} onKeyDown=${onKeyDown} />
      ${text ? html`<button class="round icon-close" aria-label=${words.clear} onClick=${clear}></button><kbd aria-hidden="true">Esc</kbd>` : html`<kbd aria-hidden="true">/</kbd>`}
    </label>
    <${Badge} />
  </header>`;
}
