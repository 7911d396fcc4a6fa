// No screen has this address.
import { html } from '../dom.js';
import { Empty } from '../parts/empty.js';
import { empty, titles } from '../words.js';

export default function Nowhere() {
  return html`<h1 class="unseen">${titles.nowhere}</h1><${Empty} icon="search" title=${empty.nowhere} text=${empty.nowhereHint} actions=${[{ label: empty.home, to: '/tracks', isMain: true }]} />`;
}
