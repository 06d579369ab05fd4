<?php

declare(strict_types=1);

namespace Palette;

final class Colour
{
    private function __construct(private int $red, private int $green, private int $blue)
    {
    }

    public static function fromHex(string $hex): self
    {
        return new self(...array_map('hexdec', str_split(ltrim($hex, '#'), 2)));
    }

    public function lighter(float $share): string
    {
        $mix = static fn (int $part): int => (int) round($part + (255 - $part) * $share);

        return sprintf('#%02x%02x%02x', $mix($this->red), $mix($this->green), $mix($this->blue));
    }
}
