import express from 'express';
import { byId, byTopic } from './quotes';

const app = express();
const port = Number(process.env.PORT ?? 3000);

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

app.get('/quotes', (request, response) => {
  const { topic } = request.query;
  response.json(byTopic(typeof topic === 'string' ? topic : undefined));
});

app.get('/quotes/:id', (request, response) => {
  const quote = byId(Number(request.params.id));
  if (!quote) {
    response.status(404).json({ error: 'no such quote' });
    return;
  }
  response.json(quote);
});

const server = app.listen(port, () => {
  console.log(`listening on ${port}`);
});

process.on('SIGTERM', () => server.close());
