/* The table of events: columns of numbers, texts by their index in table.strings. A search looks
 * at each different text once, and only the rows in view are elements. */

const columns = ['sequence', 'at', 'actor', 'action', 'subject', 'object', 'outcome', 'tag', 'rule',
  'address', 'device', 'detail'];
const others = ['code', 'service', 'tty', 'session', 'host'];
const texts = columns.slice(2).concat(others);
const rowHeight = 34, spare = 8, printed = 1000;
const view = { order: [], sort: 'sequence', down: true, chosen: -1 };

/* Place of each text in the order of the language, for sorting by numbers. */
let ranks = null;
function rankTexts() {
  const compare = new Intl.Collator(page.language === 'zh' ? 'zh-CN' : 'en', { numeric: true }).compare;
  const order = table.strings.map((_, i) => i).sort((a, b) => compare(table.strings[a], table.strings[b]));
  ranks = new Uint32Array(order.length);
  order.forEach((text, place) => { ranks[text] = place; });
}

function textOf(column, row) {
  if (column === 'sequence') return String(table.sequence[row]);
  if (column === 'at') return instant(table.at[row]);
  const text = table.strings[table[column][row]];
  return column === 'outcome' ? word(text) : text;
}

/* Which texts hold the words searched for: one array of flags a word. */
function wanted(search) {
  const found = search.toLowerCase().split(/\s+/).filter(Boolean);
  return found.map((part) => table.strings.map((text) =>
    text.toLowerCase().includes(part) || word(text).toLowerCase().includes(part)));
}

function daySecond(day, end) {
  if (!day) return end ? Infinity : -Infinity;
  return Date.parse(day) / 1000 - 60 * data.offset_min + (end ? 86400 : 0);
}

function filter() {
  const search = find('search').value, parts = search.toLowerCase().split(/\s+/).filter(Boolean);
  const flags = wanted(search);
  const outcome = find('outcome').value, action = find('action').value, tag = find('tag').value;
  const from = daySecond(find('from').value, false), to = daySecond(find('to').value, true);
  const is = (text) => table.strings.map((s) => s === text);
  const isOutcome = outcome && is(outcome), isTag = tag && is(tag);
  const isAction = action && table.strings.map((s) => s === action || s.startsWith(action + '.'));
  const holds = (row) => flags.every((flag, i) => texts.some((c) => flag[table[c][row]]) ||
    String(table.sequence[row]) === parts[i]);
  view.order = [];
  for (let row = 0; row < table.sequence.length; row++) {
    if (table.at[row] < from || table.at[row] >= to) continue;
    if (isOutcome && !isOutcome[table.outcome[row]]) continue;
    if (isTag && !isTag[table.tag[row]]) continue;
    if (isAction && !isAction[table.action[row]]) continue;
    if (flags.length && !holds(row)) continue;
    view.order.push(row);
  }
  sort();
}

function sort() {
  const name = view.sort, values = table[name], sign = view.down ? -1 : 1;
  const plain = name === 'sequence' || name === 'at';
  if (!plain && !ranks) rankTexts();
  const key = plain ? (row) => values[row] : (row) => ranks[values[row]];
  view.order.sort((a, b) => sign * (key(a) - key(b)) || b - a);
  find('body').style.height = view.order.length * rowHeight + 'px';
  find('grid').scrollTop = 0;
  find('shown').textContent = say('shown', number(view.order.length), number(table.sequence.length));
  for (const button of find('head').children) {
    button.removeAttribute('aria-sort');
    if (button.dataset.column === name) button.setAttribute('aria-sort', view.down ? 'descending' : 'ascending');
  }
  drawRows();
}

function makeRow(place) {
  const row = view.order[place], element = make('div', undefined, 'row');
  element.style.top = place * rowHeight + 'px';
  element.setAttribute('role', 'row');
  element.dataset.row = row;
  if (row === view.chosen) element.classList.add('chosen');
  for (const column of columns) {
    const cell = make('span', textOf(column, row));
    cell.setAttribute('role', 'cell');
    if (column === 'sequence') cell.className = 'number';
    if (column === 'outcome') cell.className = 'outcome ' + tone(table.strings[table.outcome[row]]);
    if (column === 'detail' || column === 'object') cell.title = cell.textContent;
    element.append(cell);
  }
  return element;
}

function drawRows() {
  const grid = find('grid');
  const first = Math.max(0, Math.floor(grid.scrollTop / rowHeight) - spare);
  const last = Math.min(view.order.length, Math.ceil((grid.scrollTop + grid.clientHeight) / rowHeight) + spare);
  const rows = [];
  for (let place = first; place < last; place++) rows.push(makeRow(place));
  find('body').replaceChildren(...rows);
}

function choose(row) {
  const list = find('event');
  view.chosen = row;
  list.hidden = row < 0;
  list.replaceChildren();
  if (row < 0) return;
  for (const column of columns.concat(others)) {
    const text = textOf(column, row);
    if (text) list.append(make('dt', say(column)), make('dd', text));
  }
  drawRows();
}

function fillSelect(id, all, values, name) {
  const select = find(id), before = select.value;
  const option = (value, text) => { const o = make('option', text); o.value = value; return o; };
  select.replaceChildren(option('', say(all)), ...values.map((v) => option(v, name(v))));
  select.value = before;
}

/* Different texts of a column. */
function valuesOf(column) {
  return [...new Set(table[column])].map((i) => table.strings[i]).filter(Boolean).sort();
}

function drawHead() {
  find('head').replaceChildren(...columns.map((column) => {
    const button = make('button', say(column));
    button.type = 'button';
    button.dataset.column = column;
    button.addEventListener('click', () => {
      view.down = view.sort === column ? !view.down : column === 'sequence' || column === 'at';
      view.sort = column;
      sort();
    });
    return button;
  }));
}

function printRows() {
  const shown = ['sequence', 'at', 'actor', 'action', 'subject', 'outcome', 'tag', 'address', 'detail'];
  const line = (tag, row) => {
    const tr = make('tr');
    shown.forEach((column) => tr.append(make(tag, row < 0 ? say(column) : textOf(column, row))));
    return tr;
  };
  find('printed').textContent = view.order.length > printed
    ? say('printed_some', number(printed), number(view.order.length)) : say('printed_all', number(view.order.length));
  find('rows').tHead.replaceChildren(line('th', -1));
  find('rows').tBodies[0].replaceChildren(...view.order.slice(0, printed).map((row) => line('td', row)));
}

function drawTable() {
  ranks = null;
  drawHead();
  find('search').placeholder = say('search');
  fillSelect('outcome', 'all_outcomes', valuesOf('outcome'), word);
  const actions = valuesOf('action');
  const nouns = [...new Set(actions.map((a) => a.split('.')[0]))].filter((n) => !actions.includes(n));
  fillSelect('action', 'all_actions', actions.concat(nouns).sort(), (a) => a);
  fillSelect('tag', 'all_tags', valuesOf('tag'), (t) => t);
  find('bounds').textContent = table.sequence.length < data.totals.events
    ? say('bounds_some', number(table.sequence.length), number(data.totals.events))
    : say('bounds_all', number(data.totals.events));
  filter();
  choose(view.chosen);
}

function startTable() {
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); };
  find('search').addEventListener('input', soon);
  for (const id of ['outcome', 'action', 'tag', 'from', 'to']) find(id).addEventListener('change', filter);
  find('reset').addEventListener('click', () => {
    for (const id of ['search', 'outcome', 'action', 'tag', 'from', 'to']) find(id).value = '';
    choose(-1);
    filter();
  });
  find('grid').addEventListener('scroll', () => requestAnimationFrame(drawRows));
  find('body').addEventListener('click', (e) => {
    const row = e.target.closest('.row');
    if (row) choose(Number(row.dataset.row));
  });
  window.addEventListener('resize', drawRows);
  window.addEventListener('beforeprint', printRows);
}
