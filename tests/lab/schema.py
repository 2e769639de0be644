"""Reads gdpop-admin.schema.json: what it uses of JSON Schema, and nothing else."""

import json
import os

from root import CHECKOUT

SCHEMA = os.path.join(CHECKOUT, "tools", "gdpop-admin", "gdpop-admin.schema.json")
SHARED = {"string", "integer", "boolean", "instant", "depth", "message", "error", "locked_out", "nothing"}
TYPES = {list: "array", dict: "object", str: "string", bool: "boolean", int: "integer",
         type(None): "null"}


class Schema:
    def __init__(self):
        with open(SCHEMA, encoding="utf-8") as file:
            self.definitions = json.load(file)["$defs"]

    def commands(self):
        return set(self.definitions) - SHARED

    def command_of(self, words):
        """The command that "account list --state frozen" names."""
        first = words.split()
        return next(name for name in (" ".join(first[:2]), first[0]) if name in self.definitions)

    def problems(self, command, value):
        """Sentences; none when the value is what the command answers, a message or an error."""
        if isinstance(value, dict) and list(value) == ["error"]:
            command = "error"
        elif isinstance(value, dict) and list(value) == ["message"]:
            command = "message"
        return list(self._check(self.definitions[command], value, command))

    def _check(self, definition, value, place):
        if "$ref" in definition:
            definition = self.definitions[definition["$ref"].removeprefix("#/$defs/")]
        if "anyOf" in definition:
            found = [list(self._check(one, value, place)) for one in definition["anyOf"]]
            if [] not in found:
                yield from min(found, key=len)
            return
        allowed = definition["type"]
        if TYPES[type(value)] not in ([allowed] if isinstance(allowed, str) else allowed):
            yield f"{place}: {value!r} is not {allowed}"
        elif isinstance(value, list):
            for i, item in enumerate(value):
                yield from self._check(definition["items"], item, f"{place}[{i}]")
        elif isinstance(value, dict):
            yield from self._check_members(definition, value, place)

    def _check_members(self, definition, value, place):
        for name in definition.get("required", ()):
            if name not in value:
                yield f"{place}: {name} is missing"
        others = definition["additionalProperties"]
        for name, member in value.items():
            member_definition = definition["properties"].get(name, others)
            if member_definition is False:
                yield f"{place}: {name} is not known"
            else:
                yield from self._check(member_definition, member, f"{place}.{name}")
