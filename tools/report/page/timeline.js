/* What one account did and what was done to it, day by day, the newest first. */

const timelineMax = 500;

function accountNames() {
  const names = new Set();
  for (const column of ['actor', 'subject'])
    for (const text of new Set(table[column])) names.add(table.strings[text]);
  names.delete('');
  return [...names].sort();
}

function itemText(row) {
  const text = (column) => table.strings[table[column][row]];
  const who = text('actor') !== find('account').value ? say('by', text('actor')) : '';
  const whom = text('subject') && text('subject') !== find('account').value ? '→ ' + text('subject') : '';
  return [text('action'), word(text('outcome')), who, whom, text('object'),
    [text('tag'), text('rule')].filter(Boolean).join(' '), text('address'), text('device'), text('detail')]
    .filter(Boolean).join(' · ');
}

function drawTimeline() {
  const name = find('account').value.trim(), index = table.strings.indexOf(name);
  const list = find('timeline'), rows = [];
  let day = '', count = 0;
  find('account').placeholder = say('account');
  find('account-section').classList.toggle('unused', !name);
  for (let row = table.sequence.length - 1; name && index >= 0 && row >= 0; row--) {
    if (table.actor[row] !== index && table.subject[row] !== index) continue;
    if (++count > timelineMax) continue;
    const at = instant(table.at[row]);
    if (at.slice(0, 10) !== day) {
      day = at.slice(0, 10);
      const head = make('li');
      head.append(make('h3', day));
      rows.push(head);
    }
    const item = make('li', undefined, 'item');
    item.dataset.time = at.slice(11);
    item.append(make('i', undefined, tone(table.strings[table.outcome[row]])), make('span', itemText(row)));
    rows.push(item);
  }
  list.replaceChildren(...rows);
  find('timeline-note').textContent = !name ? say('timeline_note')
    : say('timeline_count', number(Math.min(count, timelineMax)), number(count));
}

function startTimeline() {
  find('accounts').replaceChildren(...accountNames().slice(0, 5000).map((name) => {
    const option = make('option');
    option.value = name;
    return option;
  }));
  find('account').addEventListener('input', drawTimeline);
}
