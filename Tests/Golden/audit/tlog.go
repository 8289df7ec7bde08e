// Writes golden values of golang.org/x/mod/sumdb/tlog and note for the tests of audit-service.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type storage []tlog.Hash

func (s *storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = (*s)[x]
	}
	return out, nil
}

type inclusion struct {
	Size   int64    `json:"size"`
	Index  int64    `json:"index"`
	Hashes []string `json:"hashes"`
}
type consistency struct {
	From   int64    `json:"from"`
	To     int64    `json:"to"`
	Hashes []string `json:"hashes"`
}
type golden struct {
	Source      string        `json:"source"`
	Roots       []string      `json:"roots"`
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
	Seed        string        `json:"seed"`
	VerifierKey string        `json:"verifier_key"`
	Note        string        `json:"note"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
func hexes(hs []tlog.Hash) []string {
	out := []string{}
	for _, h := range hs {
		out = append(out, hex.EncodeToString(h[:]))
	}
	return out
}

func main() {
	const n = 40
	var s storage
	g := golden{Source: "golang.org/x/mod v0.7.0, sumdb/tlog and sumdb/note; entry i is the text entry-i"}
	empty := sha256.Sum256(nil)
	g.Roots = append(g.Roots, hex.EncodeToString(empty[:]))
	for i := int64(0); i < n; i++ {
		hs, err := tlog.StoredHashes(i, []byte(fmt.Sprintf("entry-%d", i)), &s)
		check(err)
		s = append(s, hs...)
		root, err := tlog.TreeHash(i+1, &s)
		check(err)
		g.Roots = append(g.Roots, hex.EncodeToString(root[:]))
	}
	for size := int64(1); size <= n; size++ {
		for index := int64(0); index < size; index++ {
			p, err := tlog.ProveRecord(size, index, &s)
			check(err)
			if size <= 9 || size == 33 {
				g.Inclusion = append(g.Inclusion, inclusion{size, index, hexes(p)})
			}
		}
		for from := int64(1); from <= size; from++ {
			p, err := tlog.ProveTree(size, from, &s)
			check(err)
			if size <= 9 || size == 33 {
				g.Consistency = append(g.Consistency, consistency{from, size, hexes(p)})
			}
		}
	}
	seed := sha256.Sum256([]byte("golden seed"))
	key := ed25519.NewKeyFromSeed(seed[:])
	name := "log.example/0190163d-8694-739b-aea5-966c26f8ad91"
	vkey, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	check(err)
	// The signer's text has the form PRIVATE+KEY+name+id+base64(0x01 || seed).
	v, err := note.NewVerifier(vkey)
	check(err)
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, v.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...)))
	signer, err := note.NewSigner(skey)
	check(err)
	root, err := tlog.TreeHash(n, &s)
	check(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", name, n, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	check(err)
	g.Seed = hex.EncodeToString(seed[:])
	g.VerifierKey = vkey
	g.Note = string(signed)
	enc := json.NewEncoder(os.Stdout)
	check(enc.Encode(g))
}
