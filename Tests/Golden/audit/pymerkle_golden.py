"""Writes golden values of pymerkle (PyPI) for the tests of audit-service: python3 pymerkle_golden.py > pymerkle.json"""

import json

from pymerkle import InmemoryTree

SIZE = 21

tree = InmemoryTree(algorithm="sha256")
for index in range(SIZE):
    tree.append_entry(b"entry-%d" % index)



golden = {
    "source": "pymerkle 7.0.0; entry i is the text entry-i",
    "leaves": [tree.get_leaf(i + 1).hex() for i in range(SIZE)],
    "roots": [tree.get_root(i).hex() for i in range(SIZE + 1)],
    "inclusion": [
        {"index": i, "size": SIZE, **tree.prove_inclusion(i + 1, SIZE).serialize()} for i in range(SIZE)
    ],
}
print(json.dumps(golden))
