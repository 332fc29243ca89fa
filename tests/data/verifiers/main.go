// Checks notes, inclusion and consistency with Go's golang.org/x/mod/sumdb, and nothing of ours.
package main

import (
	"encoding/json"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Note    string
	Key     string
	Leaf    []byte
	Index   int64
	Size    int64
	Root    []byte
	Hashes  [][]byte
	OldSize int64
	OldRoot []byte
}

type answer struct {
	Note        bool `json:"note"`
	Inclusion   bool `json:"inclusion"`
	Consistency bool `json:"consistency"`
}

func hash(from []byte) (made tlog.Hash) {
	copy(made[:], from)
	return made
}

func answerTo(asked question) (given answer) {
	verifier, err := note.NewVerifier(asked.Key)
	if err == nil {
		_, err = note.Open([]byte(asked.Note), note.VerifierList(verifier))
	}
	given.Note = err == nil
	var hashes []tlog.Hash
	for _, each := range asked.Hashes {
		hashes = append(hashes, hash(each))
	}
	root := hash(asked.Root)
	if asked.OldSize > 0 {
		given.Consistency = tlog.CheckTree(
			hashes, asked.Size, root, asked.OldSize, hash(asked.OldRoot)) == nil
	} else {
		given.Inclusion = tlog.CheckRecord(
			hashes, asked.Size, root, asked.Index, tlog.RecordHash(asked.Leaf)) == nil
	}
	return given
}

func main() {
	var asked []question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	given := []answer{}
	for _, each := range asked {
		given = append(given, answerTo(each))
	}
	if err := json.NewEncoder(os.Stdout).Encode(given); err != nil {
		panic(err)
	}
}
