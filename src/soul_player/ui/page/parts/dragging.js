// Tracks carried by the pointer: onto a playlist of the sidebar, or onto the queue.

const KIND = 'application/x-soul-tracks';

export function dragTracks(event, rows) {
  if (event.target.closest?.('button')) return;
  event.dataTransfer.setData(KIND, JSON.stringify(rows.map((row) => row.id)));
  event.dataTransfer.setData('text/plain', rows.map((row) => row.title).join('\n'));
  event.dataTransfer.effectAllowed = 'copy';
}

// What makes an element a place to drop tracks on: spread it into its attributes.
export function dropsTracks(onTracks) {
  const mark = (event, isOver) => event.currentTarget.classList.toggle('is-over', isOver);
  return {
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      mark(event, true);
    },
    onDragLeave: (event) => mark(event, false),
    onDrop: (event) => {
      mark(event, false);
      const text = event.dataTransfer.getData(KIND);
      if (!text) return;
      event.preventDefault();
      onTracks(JSON.parse(text));
    },
  };
}
