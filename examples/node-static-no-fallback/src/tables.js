import Mustache from 'mustache';
import { length, weight } from './units.js';

const template = `
  <caption>{{name}}</caption>
  {{#rows}}<tr><td>{{from}}</td><td>{{to}}</td></tr>{{/rows}}`;

function rows({ factor, from, to }) {
  return [1, 2, 5, 10, 25, 50, 100].map((n) => ({
    from: `${n} ${from}`,
    to: `${(n * factor).toFixed(2)} ${to}`,
  }));
}

for (const unit of [length, weight]) {
  const table = document.createElement('table');
  table.innerHTML = Mustache.render(template, { name: unit.name, rows: rows(unit) });
  document.body.append(table);
}
