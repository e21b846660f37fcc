"""The network $MODEL: inference and training over lib$MODEL.so.

    import $MODEL
    net = $MODEL.Model("$MODEL.safetensors")
    net.predict(x)                  # an array, or a dict of the outputs
    net.train_step(x, y)            # {"loss": ..., ...}
    net.save("more.safetensors")

Arrays have a row first: x[rows, ...]. They may also be given by name.
"""
from __future__ import annotations

import ctypes
import os
import threading
from typing import Any, Mapping, NamedTuple

import numpy as np

__all__ = ["Error", "Model", "Tensor", "inputs", "outputs", "targets"]


class Error(RuntimeError):
    """What the library says went wrong."""


class Tensor(NamedTuple):
    """What one row of an input, target or output consists of."""

    name: str
    kind: str  # "number", "token" or "class"
    shape: tuple[int, ...]
    classes: int  # ids are 0 .. classes - 1; 0 for numbers


class _Tensor(ctypes.Structure):  # nn_tensor
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int),
                ("classes", ctypes.c_int64), ("rank", ctypes.c_int),
                ("shape", ctypes.c_int64 * 5), ("values", ctypes.c_int64)]


class _Options(ctypes.Structure):  # nn_session_options
    _fields_ = [("threads", ctypes.c_int), ("prepared", ctypes.c_int),
                ("seed", ctypes.c_uint64), ("rate", ctypes.c_double),
                ("epoch_rows", ctypes.c_int64)]


def _function(name: str, result: Any, *arguments: Any) -> Any:
    f = getattr(_library, name)
    f.restype, f.argtypes = result, arguments
    return f


_folder = os.path.dirname(os.path.abspath(__file__))
_library = ctypes.CDLL(os.path.join(_folder, "lib$MODEL.so"))
_program = ctypes.byref(ctypes.c_char.in_dll(_library, "$MODEL_program"))
_any, _text, _int = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
_open = _function("nn_open", _any, _any, _text, ctypes.POINTER(_Options),
                  _any, ctypes.c_size_t)
_close = _function("nn_close", None, _any)
_reason = _function("nn_reason", _text, _any)
_run = _function("nn_run", _int, _any, ctypes.c_int64, _any, _any)
_step = _function("nn_train_step", _int, _any, _int, _any, _any)
_save = _function("nn_save", _int, _any, _text)
_figure = _function("nn_figure", _text, _any, _int)
_name = _function("nn_name", _text, _any, _int, ctypes.c_int64)


def _tensors(which: str) -> tuple[Tensor, ...]:
    count = _int()
    table = _function(which, ctypes.POINTER(_Tensor), _any,
                      ctypes.POINTER(_int))(_program, ctypes.byref(count))
    return tuple(
        Tensor(t.name.decode(), ("number", "token", "class")[t.type],
               tuple(t.shape[:t.rank]), t.classes)
        for t in table[:count.value])


def _figures() -> tuple[str, ...]:
    names: list[str] = []
    while (name := _figure(_program, len(names))) is not None:
        names.append(name.decode())
    return tuple(names)


inputs, targets = _tensors("nn_inputs"), _tensors("nn_targets")
outputs, _names_of_figures = _tensors("nn_outputs"), _figures()
batch: int = _function("nn_batch", _int, _any)(_program)


def _describe() -> str:
    lines = []
    for title, tensors in (("input", inputs), ("target", targets),
                           ("output", outputs)):
        for t in tensors:
            shape = ", ".join(("rows", *map(str, t.shape)))
            ids = f", ids 0 .. {t.classes - 1}" if t.kind != "number" else ""
            lines.append(f"    {title} {t.name}: {t.kind}[{shape}]{ids}\n")
    return "\n" + "".join(lines)


__doc__ = (__doc__ or "") + _describe()


def _array(t: Tensor, given: Any) -> np.ndarray:
    """The values as the library reads them."""
    x = np.asarray(given)
    if x.dtype.kind not in ("iuf" if t.kind == "number" else "iu"):
        wanted = "numbers" if t.kind == "number" else "whole numbers (ids)"
        raise TypeError(f"{t.name} is of type {x.dtype}; it must be {wanted}")
    if x.ndim != 1 + len(t.shape) or x.shape[1:] != t.shape:
        shape = ", ".join(("rows", *map(str, t.shape)))
        raise ValueError(f"{t.name} has the shape {list(x.shape)}; it must be "
                         f"[{shape}]")
    if t.kind == "number":
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(x, np.float32)
    if x.size and (x.min() < 0 or x.max() >= t.classes):
        raise ValueError(f"{t.name} holds ids from {x.min()} to {x.max()}; "
                         f"they must be from 0 to {t.classes - 1}")
    return np.ascontiguousarray(x, np.int32)


def _arrays(tensors: tuple[Tensor, ...], rows: tuple[Any, ...],
            named: Mapping[str, Any]) -> list[np.ndarray]:
    """One array for each, given in order or by name, of equally many rows."""
    names = [t.name for t in tensors]
    if len(rows) > len(names):
        raise TypeError(f"{len(rows)} arrays are given; there are "
                        f"{len(names)}: {', '.join(names)}")
    given = dict(zip(names, rows))
    for name, x in named.items():
        if name not in names:
            raise TypeError(f"there is no {name}; there are "
                            f"{', '.join(names)}")
        if name in given:
            raise TypeError(f"{name} is given twice")
        given[name] = x
    for name in names:
        if name not in given:
            raise TypeError(f"{name} is not given")
    arrays = [_array(t, given[t.name]) for t in tensors]
    for name, x in zip(names, arrays):
        if len(x) != len(arrays[0]):
            raise ValueError(f"{names[0]} has {len(arrays[0])} rows, "
                             f"{name} has {len(x)}")
    return arrays


def _pointers(arrays: list[np.ndarray]) -> Any:
    return (_any * len(arrays))(*(x.ctypes.data for x in arrays))


class Model:
    """The network with its weights. Calls from several threads wait for each
    other; several models work side by side."""

    def __init__(self, weights: str | os.PathLike[str] | None = None, *,
                 threads: int = 1, seed: int = 0, rate: float = 0.0,
                 epoch_rows: int = 0, prepared: bool = False) -> None:
        """Opens a weights file, or begins with first weights of `seed`.

        seed, rate: 0 is what the model's text says.
        epoch_rows: rows in an epoch, for a rate by schedule.
        prepared: numbers are those that the network computes with, not those
        of data files.
        """
        self._lock = threading.Lock()
        self._session: int | None = None
        self._options = _Options(threads, prepared, seed, rate, epoch_rows)
        self._session = self._opened(weights)

    def _opened(self, weights: str | os.PathLike[str] | None) -> int:
        why = ctypes.create_string_buffer(2048)
        path = None if weights is None else os.fsencode(weights)
        session = _open(_program, path, ctypes.byref(self._options), why,
                        len(why))
        if session is None:
            raise Error(why.value.decode(errors="replace"))
        return session

    def _call(self, function: Any, *arguments: Any) -> None:
        with self._lock:
            if self._session is None:
                raise Error("the model is closed")
            if function(self._session, *arguments) != 0:
                raise Error(_reason(self._session).decode(errors="replace"))

    def load(self, weights: str | os.PathLike[str]) -> None:
        """Takes the weights of a file; where it cannot be read, those at hand
        stay. Training begins anew."""
        session = self._opened(weights)
        self.close()
        self._session = session

    def predict(self, *rows: Any, **named: Any
                ) -> np.ndarray | dict[str, np.ndarray]:
        """The output of any number of rows; of several outputs a dict."""
        given = _arrays(inputs, rows, named)
        count = len(given[0])
        made = [np.empty((count, *t.shape), np.float32) for t in outputs]
        self._call(_run, count, _pointers(given), _pointers(made))
        if len(made) == 1:
            return made[0]
        return {t.name: x for t, x in zip(outputs, made)}

    def train_step(self, *rows: Any, **named: Any) -> dict[str, float]:
        """Learns from one batch: inputs, then targets. Gives the loss and the
        metrics before this step."""
        given = _arrays(inputs + targets, rows, named)
        figures = (ctypes.c_double * max(1, len(_names_of_figures)))()
        self._call(_step, min(len(given[0]), 2**31 - 1), _pointers(given),
                   figures)
        return dict(zip(_names_of_figures, figures))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes weights and what data have taught, whole or not at all."""
        self._call(_save, os.fsencode(path))

    def names(self, tensor: str) -> list[str | None]:
        """The names of the classes or tokens of an input or target."""
        known = [t.name for t in inputs + targets]
        if tensor not in known:
            raise ValueError(f"there is no {tensor}; there are "
                             f"{', '.join(known)}")
        i = known.index(tensor)
        with self._lock:
            if self._session is None:
                raise Error("the model is closed")
            names = [_name(self._session, i, k)
                     for k in range((inputs + targets)[i].classes)]
        return [n if n is None else n.decode(errors="replace") for n in names]

    def close(self) -> None:
        """Gives the memory back; a closed model can be loaded again."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            _close(session)

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_session", None) is not None:
            self.close()
