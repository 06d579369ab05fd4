<?php

require __DIR__ . '/../vendor/autoload.php';

use Palette\Colour;

$hex = preg_match('/^[0-9a-f]{6}$/i', $_GET['hex'] ?? '') ? $_GET['hex'] : '336699';
$colour = Colour::fromHex($hex);
?>
<!doctype html>
<title>Palette</title>
<?php foreach ([0, 0.2, 0.4, 0.6, 0.8] as $share): ?>
<div style="background: <?= $colour->lighter($share) ?>"><?= $colour->lighter($share) ?></div>
<?php endforeach ?>
