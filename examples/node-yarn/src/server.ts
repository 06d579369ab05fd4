import { createServer } from 'http';
import { render } from './invoice';

const port = Number(process.env.PORT || 4000);

const sample = [
  { item: 'Paper, A4', quantity: 12, price: 4.5 },
  { item: 'Toner', quantity: 1, price: 79.9 },
];

createServer((request, response) => {
  const match = /^\/invoices\/(\d+)$/.exec(request.url ?? '');
  if (!match) {
    response.writeHead(404).end('not found\n');
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(render(match[1], sample));
}).listen(port, () => console.log(`http://localhost:${port}/invoices/1`));
