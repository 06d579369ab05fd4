const express = require('express');

const app = express();
const received = [];

app.use(express.json({ limit: '100kb' }));

app.post('/hooks/:source', (req, res) => {
  received.unshift({ source: req.params.source, at: new Date().toISOString(), body: req.body });
  received.length = Math.min(received.length, 50);
  res.status(202).end();
});

app.get('/', (req, res) => {
  res.json({ received: received.length, last: received[0] ?? null });
});

app.listen(process.env.PORT || 3000);
