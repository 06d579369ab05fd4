const path = require('path');
const express = require('express');
const morgan = require('morgan');
const store = require('./store');

const app = express();

app.use(morgan('tiny'));
app.use(express.json());
app.use(express.static(path.join(__dirname, 'public')));

app.get('/api/summary', (req, res) => {
  res.json(store.summary());
});

app.post('/api/feedback', (req, res) => {
  try {
    store.add(req.body);
    res.sendStatus(201);
  } catch (error) {
    res.status(400).json({ error: error.message });
  }
});

const port = process.env.PORT || 3000;
app.listen(port, () => {
  console.log(`Feedback box is open on port ${port}`);
});
