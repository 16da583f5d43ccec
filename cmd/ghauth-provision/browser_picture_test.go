package main_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/rogpeppe/go-internal/testscript"
)

// picturesVar names the directory for the pictures that a story takes.
const picturesVar = "GHAUTH_PICTURES"

// picture takes pictures of the page in front, light and dark.
func (b *browser) picture(ts *testscript.TestScript, name string) {
	ts.Check(chromedp.Do(b.ctx, chromedp.EmulateViewport(640, 480)))
	for _, scheme := range []string{"light", "dark"} {
		b.paint(ts, scheme)
		data, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(os.Getenv(picturesVar), name+"-"+scheme+".png"), data, 0o644))
	}
	ts.Check(chromedp.Do(b.ctx, chromedp.ResetViewport()))
}

// holdPictures compares the pictures that were taken with those of docs. Another
// Chromium or other fonts draw letters a little otherwise: a tenth of the points may
// differ, and a tenth of the height.
func holdPictures(t *testing.T, taken string) {
	files, err := filepath.Glob(filepath.Join(taken, "*.png"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	for _, file := range files {
		data := small(t, file)
		kept := "../../docs/" + filepath.Base(file)
		if flag.Lookup("update").Value.String() == "true" { // of the tests within the package
			if err := os.WriteFile(kept, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		if off := difference(t, data, want); off > 0.1 {
			t.Errorf("%s is not what is seen, by %.0f%%: go test -run TestBrowserStories -update", kept, 100*off)
		}
		if len(want) > 60<<10 {
			t.Errorf("%s has %d bytes", kept, len(want))
		}
	}
}

// small writes a picture of a page, which Chromium has written in haste, in fewer bytes.
func small(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	img := decodePicture(t, data)
	paletted := image.NewPaletted(img.Bounds(), nil)
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			c := coarse(img.At(x, y))
			if !slices.Contains(paletted.Palette, color.Color(c)) {
				paletted.Palette = append(paletted.Palette, c)
			}
			paletted.Set(x, y, c)
		}
	}
	if n := len(paletted.Palette); n > 256 {
		t.Fatalf("%s has %d colours, and no letters and lines alone", file, n)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, paletted); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// difference gives the share of points that differ, and 1 for other sizes.
func difference(t *testing.T, got, want []byte) float64 {
	a, b := decodePicture(t, got), decodePicture(t, want)
	high, low := max(a.Bounds().Dy(), b.Bounds().Dy()), min(a.Bounds().Dy(), b.Bounds().Dy())
	if a.Bounds().Dx() != b.Bounds().Dx() || float64(low) < 0.9*float64(high) {
		return 1
	}
	differ := 0
	for y := range low {
		for x := range a.Bounds().Dx() {
			if coarse(a.At(x, y)) != coarse(b.At(x, y)) {
				differ++
			}
		}
	}
	return float64(differ) / float64(low*a.Bounds().Dx())
}

// coarse leaves out the finest shades of a colour, of which there are many at the edges
// of letters.
func coarse(c color.Color) color.RGBA {
	exact := color.RGBAModel.Convert(c).(color.RGBA)
	return color.RGBA{exact.R | 15, exact.G | 15, exact.B | 15, 255}
}

func decodePicture(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}
