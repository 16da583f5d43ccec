package testtakopi

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sizes of a picture, in pixels. A character of a monospaced font is at most 0.61 of
// its size wide.
const (
	pictureWidth = 760
	fontSize     = 13
	advance      = 8
	lineHeight   = 19
	padding      = 12
	longestLine  = (pictureWidth - 10*padding) / advance // in characters
)

// pictureHead is the beginning of a picture. Whoever looks at it by night sees it dark.
const pictureHead = `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">
<title>%s</title>
<style>
.ground { fill: #e6ebee } .asks { fill: #d9f3cc } .answers { fill: #ffffff }
text { font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #17212b; white-space: pre }
.name { font-weight: bold; fill: #1f6feb }
@media (prefers-color-scheme: dark) {
.ground { fill: #0e1621 } .asks { fill: #2b5278 } .answers { fill: #182533 }
text { fill: #f5f5f5 } .name { fill: #79c0ff }
}
</style>
<rect class="ground" width="100%%" height="100%%" rx="10"/>
`

// Picture draws a [Telegram.Transcript] as SVG: Takopi's answers at the left, what it
// is asked at the right.
func Picture(title, transcript string) string {
	var body strings.Builder
	y := padding
	for _, b := range bubbles(transcript) {
		y = b.draw(&body, y) + padding
	}
	return fmt.Sprintf(pictureHead, pictureWidth, y, escape(title), fontSize) + body.String() + "</svg>\n"
}

// A bubble is a message in a picture: its lines are at most longestLine long.
type bubble struct {
	name  string
	lines []string
}

func bubbles(transcript string) (all []bubble) {
	for line := range strings.Lines(transcript) {
		line = strings.TrimSuffix(line, "\n")
		if text, ok := strings.CutPrefix(line, "\t"); ok {
			last := &all[len(all)-1]
			last.lines = append(last.lines, wrap(text)...)
			continue
		}
		all = append(all, bubble{name: strings.TrimSuffix(line, ":")})
	}
	return all
}

// wrap breaks a line between words.
func wrap(text string) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > longestLine {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// draw draws the bubble with its top at y, and gives where it ends.
func (b bubble) draw(to *strings.Builder, y int) int {
	widest := utf8.RuneCountInString(b.name)
	for _, line := range b.lines {
		widest = max(widest, utf8.RuneCountInString(line))
	}
	width, height := widest*advance+2*padding, (len(b.lines)+1)*lineHeight+padding
	x, class := pictureWidth-width-padding, "asks"
	if b.name == userObject(BotID)["first_name"] {
		x, class = padding, "answers"
	}
	fmt.Fprintf(to, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="10"/>`+"\n", class, x, y, width, height)
	at := y + lineHeight
	fmt.Fprintf(to, `<text class="name" x="%d" y="%d">%s</text>`+"\n", x+padding, at, escape(b.name))
	for _, line := range b.lines {
		at += lineHeight
		fmt.Fprintf(to, `<text x="%d" y="%d">%s</text>`+"\n", x+padding, at, escape(line))
	}
	return y + height
}

func escape(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) // a strings.Builder takes all
	return b.String()
}
