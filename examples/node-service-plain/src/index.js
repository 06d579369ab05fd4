import path from 'node:path';
import express from 'express';
import { highWaters, places } from './tides.js';

const app = express();
const port = process.env.PORT || 8000;

app.set('view engine', 'ejs');
app.set('views', path.join(__dirname, '..', 'views'));
app.use(express.static(path.join(__dirname, '..', 'public')));

app.get('/', (req, res) => {
  res.render('index', { places });
});

app.get('/tides/:place/:day', (req, res) => {
  const place = places[req.params.place];
  if (!place || Number.isNaN(Date.parse(req.params.day))) {
    return res.status(404).render('missing', { path: req.path });
  }
  const times = highWaters(place, req.params.day);
  res.render('tides', { place, day: req.params.day, times });
});

app.listen(port, () => console.log(`tide-times on port ${port}`));
