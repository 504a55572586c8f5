"""Find what is known about a model id, and let the caller know better.

    model id ─► registered? ─► row of the snapshot? ─► family known? ─► UnknownModelError
                 as given        exact facts            cautious limits    families and way out

`Catalog` holds the answers; the functions of `bedrock_llm.catalog` ask the one of this process.
Registering replaces a dictionary instead of changing it, so a look-up takes no lock and never
sees half an entry.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, NoReturn, Unpack

from bedrock_llm.catalog.facts import ModelFacts, check_facts, suggest
from bedrock_llm.catalog.families import FAMILIES, FAMILIES_BY_NAME, Family, find_family_by_prefix
from bedrock_llm.catalog.model_ids import ModelId, ModelIdKind, parse_model_id
from bedrock_llm.catalog.profiles import IN_REGION, ModelMode, ModelProfile
from bedrock_llm.catalog.snapshot import load_snapshot, read_profile
from bedrock_llm.errors import ParameterError, UnknownModelError

_MOST_FOUND: Final = 1024
_CUSTOM_MODEL_NOTE: Final = (
    "custom models have rates of their own; set them with register_model(…, price=…)"
)
_GUESSABLE: Final = frozenset(
    (ModelIdKind.FOUNDATION, ModelIdKind.INFERENCE_PROFILE, ModelIdKind.RESOURCE_NAME)
)
_LIMITS: Final = frozenset(("context_window_tokens", "max_output_tokens"))
_PRICE_FACTS: Final = frozenset(("price", "prices"))


class Catalog:
    """Answer what is known about model ids: the snapshot, and what was registered over it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._registered: Mapping[str, ModelProfile] = MappingProxyType({})
        self._read: dict[str, ModelProfile] = {}
        self._found: dict[str, ModelProfile] = {}

    def find_profile(self, model_id: ModelId | str) -> ModelProfile:
        """Find what is known about a model id.

        Args:
            model_id: An id or ARN, as text or parsed.

        Returns:
            What was registered for the very id or for its base id; else the snapshot's row; else,
            for an unknown member of a known family, the family's cautious limits with
            `is_conservative` set and no prices.

        Raises:
            ModelIdError: The id cannot be read.
            UnknownModelError: The id hides its model, or no family has it.
        """
        if not isinstance(model_id, str):
            return self._look_up(model_id)
        # Taken first: what is found before a registration is kept where nobody looks after it.
        found = self._found
        profile = found.get(model_id)
        if profile is None:
            profile = self._look_up(parse_model_id(model_id))
            if len(found) >= _MOST_FOUND:
                found.clear()
            found[model_id] = profile
        return profile

    def _look_up(self, identity: ModelId) -> ModelProfile:
        registered = self._registered.get(identity.raw)
        if registered is not None:
            return registered
        if identity.base_id is None:
            _refuse_opaque(identity)
        profile_id = f"{identity.geography}.{identity.base_id}"
        known = (
            self._registered.get(profile_id)
            or self._registered.get(identity.base_id)
            or self._find_row(identity.base_id)
            or _build_conservative(identity)
        )
        return _adapt(known, identity)

    def find_family(self, model_id: ModelId | str) -> Family:
        """Find the family of a model id.

        Raises:
            ModelIdError: The id cannot be read.
            UnknownModelError: The id hides its model, or no family has it.
        """
        return FAMILIES_BY_NAME[self.find_profile(model_id).family]

    def list_profiles(self) -> tuple[ModelProfile, ...]:
        """List every registered model and every row of the snapshot, by id."""
        rows = {base_id: self._find_row(base_id) for base_id in load_snapshot().rows}
        known = {**rows, **self._registered}
        return tuple(profile for _, profile in sorted(known.items()) if profile is not None)

    def register_model(
        self,
        model_id: str,
        *,
        family: str | None = None,
        base_model: str | None = None,
        **facts: Unpack[ModelFacts],
    ) -> ModelProfile:
        """Say what a model id stands for, or correct what is known about it.

        Args:
            model_id: The id or ARN to register; registering it again replaces the entry.
            family: The name of its family, where neither the id nor `base_model` says it.
            base_model: An id whose facts and price scope hold for this one, such as the model
                behind an application inference profile.
            **facts: Fields of `ModelProfile` that are known better; `price` sets the rates of
                this id's own scope.

        Returns:
            What is now known about the id.

        Raises:
            ModelIdError: An id cannot be read.
            UnknownModelError: The id hides its model, and neither `family` nor `base_model` is
                given.
            ParameterError: A fact or family is unknown, or a value is of a wrong type or range.
        """
        identity = parse_model_id(model_id)
        checked = check_facts(facts)
        with self._lock:
            known = self._find_basis(identity, family, base_model)
            profile = _apply(known, identity, checked)
            self._registered = MappingProxyType({**self._registered, model_id: profile})
            self._found = {}
        return profile

    def _find_row(self, base_id: str) -> ModelProfile | None:
        """Return the snapshot's profile of a base id, with or without its `:0`, or None."""
        snapshot = load_snapshot()
        for name in (base_id, base_id.removesuffix(":0")):
            row = snapshot.rows.get(name)
            if row is None:
                continue
            if name not in self._read:
                self._read[name] = read_profile(row, verified_on=snapshot.header["verified_on"])
            return self._read[name]
        return None

    def _find_basis(
        self, identity: ModelId, family: str | None, base_model: str | None
    ) -> ModelProfile:
        """Return the profile that registered facts are laid over."""
        if family is not None and family not in FAMILIES_BY_NAME:
            raise ParameterError(
                f"family={family!r} is unknown; {suggest(family, FAMILIES_BY_NAME)}",
                model_id=identity.raw,
            )
        if base_model is not None:
            profile = self.find_profile(base_model)
            return profile if family is None else replace(profile, family=family)
        if family is not None:
            return _build_family_profile(identity, FAMILIES_BY_NAME[family])
        return self.find_profile(identity)


def _build_conservative(identity: ModelId) -> ModelProfile:
    """Build the cautious profile of an unknown member of a known family."""
    family = find_family_by_prefix(identity.base_id or "")
    if family is None:
        _refuse_unknown(identity)
    return _build_family_profile(identity, family)


def _build_family_profile(identity: ModelId, family: Family) -> ModelProfile:
    """Build a profile that knows no more than the family."""
    return ModelProfile(
        model_id=identity.raw,
        base_id=identity.base_id,
        family=family.name,
        mode=family.mode,
        context_window_tokens=family.context_window_tokens,
        max_output_tokens=family.max_output_tokens,
        scope=identity.geography or IN_REGION,
        region=identity.region,
        source=f"smallest limits of the family {family.name!r} in the snapshot",
        verified_on=date.fromisoformat(load_snapshot().header["verified_on"]),
        is_conservative=True,
    )


def _adapt(profile: ModelProfile, identity: ModelId) -> ModelProfile:
    """Turn the profile of a base id into that of the id that was asked for."""
    changes: dict[str, Any] = {
        "model_id": identity.raw,
        "scope": identity.geography or IN_REGION,
        "region": identity.region,
    }
    limit, window = identity.context_limit_tokens, profile.context_window_tokens
    if limit is not None:
        changes["context_window_tokens"] = limit if window is None else min(limit, window)
    if identity.kind is ModelIdKind.CUSTOM:
        changes |= {"prices": {}, "region_prices": {}, "price_note": _CUSTOM_MODEL_NOTE}
    return replace(profile, **changes)


def _apply(known: ModelProfile, identity: ModelId, facts: dict[str, Any]) -> ModelProfile:
    """Lay registered facts over what was known."""
    defaults: dict[str, Any] = {
        "model_id": identity.raw,
        "base_id": identity.base_id or known.base_id,
        "region": identity.region or known.region,
        "source": f"register_model() over: {known.source}",
        "verified_on": datetime.now(tz=UTC).date(),
        "is_conservative": known.is_conservative and not facts.keys() >= _LIMITS,
    }
    if facts.keys() & _PRICE_FACTS:
        defaults |= {"price_note": None, "region_prices": {}, "is_sold_in_region": None}
    price = facts.pop("price", None)
    if price is not None:
        facts["prices"] = {**facts.get("prices", known.prices), known.scope: price}
    return replace(known, **(defaults | facts))


def _refuse_opaque(identity: ModelId) -> NoReturn:
    """Raise for an id that hides its model."""
    raise UnknownModelError(
        f"{identity.raw!r} ({identity.kind.value}) does not say which model is behind it; name it "
        f"with base_model=, or with register_model(…, base_model=…) once{_find_near(identity)}; "
        f"{_list_families()}",
        model_id=identity.raw,
    )


def _refuse_unknown(identity: ModelId) -> NoReturn:
    """Raise for an id of no known family."""
    raise UnknownModelError(
        f"no family is known for {identity.raw!r}{_find_near(identity)}; correct the id, name a "
        "model it behaves like with base_model=, or teach it with register_model(…, family=…); "
        f"{_list_families()}",
        model_id=identity.raw,
    )


def _find_near(identity: ModelId) -> str:
    """Name the known id that looks most like an unknown one."""
    if identity.kind not in _GUESSABLE:
        return ""
    near = get_close_matches(identity.base_id or identity.raw, load_snapshot().rows, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _list_families() -> str:
    """List the families that chat."""
    names = ", ".join(family.name for family in FAMILIES if family.mode is ModelMode.CHAT)
    return f"known families: {names}"


CATALOG: Final = Catalog()
"""The catalog of this process: the one place where registered models are kept."""
