# nnc: a compiler from neural networks to C. `make help` lists the targets.
# CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR are honoured; V=1 shows the commands.

CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
B      ?= build

WARN   = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef \
         -Wmissing-prototypes -Wstrict-prototypes
FLAGS  = -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) -Icompiler -Iruntime \
         -Itests -I$(B)/grammar -MMD -MP
LIBS   = -lm -pthread
ONNX   = -lprotobuf-c

Q      = $(if $(V),,@)
SAY    = @printf '  %-5s %s\n'

sources = $(sort $(wildcard $(1)))
objects = $(patsubst %.c,$(B)/%.o,$(call sources,$(1)))

# Tells in one sentence what to install: $(call need,program,package)
need = @command -v $(1) >/dev/null 2>&1 || { \
       echo "nnc needs $(1) here: install the package '$(2)'." >&2; exit 1; }

# The compiler takes of the runtime what it shares with its programs; these two
# need libraries that it does not.
SHARED = $(filter-out %/nn_gzip.c %/nn_png.c,$(call sources,runtime/*.c))
PACKED = $(call sources,templates/* runtime/*.[ch] compiler/prelude.nn)
PARSER = $(if $(wildcard grammar/nn.y), \
         $(B)/grammar/nn.tab.o $(B)/grammar/nn.lex.o)
NNC_O  = $(filter-out $(B)/compiler/main.o, \
         $(call objects,compiler/*.c compiler/*/*.c)) $(PARSER) $(B)/pack.o \
         $(B)/grammar/onnx.pb-c.o \
         $(call objects,$(SHARED))
TESTS  = $(patsubst %.c,$(B)/%,$(call sources,tests/*_test.c tests/*/*_test.c))
OURS   = $(call sources,compiler/*.[ch] compiler/*/*.[ch] runtime/*.[ch] \
         tests/*.[ch] tests/*/*.[ch])

.PHONY: all demo setup check check-asan check-valgrind lint format tidy \
        examples bench fuzz docs install uninstall clean help
.SECONDARY:
.DELETE_ON_ERROR:

all: $(B)/nnc ## build the compiler, build/nnc

$(B)/nnc: $(B)/compiler/main.o $(B)/libnnc.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ONNX) $(LIBS)

$(B)/libnnc.a: $(NNC_O)
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libnnrt.a: $(call objects,runtime/*.c)
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -c -o $@ $<

# What the tools write is not ours to keep free of warnings.
$(B)/grammar/%.o: $(B)/grammar/%.c $(B)/grammar/nn.tab.c
	$(SAY) CC $<
	$(Q)$(CC) $(FLAGS) -Wno-conversion -Wno-unused-function $(CFLAGS) -c -o $@ $<

$(B)/pack.o: $(B)/pack.c
	$(SAY) CC $<
	$(Q)$(CC) $(FLAGS) -Wno-overlength-strings $(CFLAGS) -c -o $@ $<

$(B)/pack.c: compiler/base/pack.awk $(PACKED)
	@mkdir -p $(@D)
	$(SAY) PACK $@
	$(Q)LC_ALL=C awk -f $< $(PACKED) >$@

$(B)/grammar/nn.tab.c: grammar/nn.y
	@mkdir -p $(@D)
	$(call need,bison,bison)
	$(SAY) BISON $<
	$(Q)bison -Wall -Werror -Wno-yacc --header=$(B)/grammar/nn.tab.h -o $@ $<

$(B)/grammar/nn.lex.c: grammar/nn.l $(B)/grammar/nn.tab.c
	$(call need,flex,flex)
	$(SAY) FLEX $<
	$(Q)flex -o $@ --header-file=$(B)/grammar/nn.lex.h $<

$(B)/grammar/onnx.pb-c.c: compiler/export/onnx.proto
	@mkdir -p $(@D)
	$(call need,protoc-c,protobuf-c-compiler)
	@echo '#include <protobuf-c/protobuf-c.h>' | \
	    $(CC) $(CFLAGS) -E - >/dev/null 2>&1 || { \
	    echo "nnc needs protobuf-c: install the package" \
	    "'libprotobuf-c-dev'." >&2; exit 1; }
	$(SAY) PROTO $<
	$(Q)protoc-c --proto_path=$(<D) --c_out=$(@D) $<

$(B)/grammar/onnx.pb-c.o: $(B)/grammar/onnx.pb-c.c
	$(SAY) CC $<
	$(Q)$(CC) $(FLAGS) -Wno-conversion -Wno-pedantic $(CFLAGS) -c -o $@ $<

$(B)/compiler/front/parse.o: | $(PARSER)
$(patsubst %.c,$(B)/%.o,$(wildcard compiler/export/onnx*.c \
    tests/export/onnx*.c)): | $(B)/grammar/onnx.pb-c.c

demo: ## install what is missing, build, train and try a digit recogniser
	$(Q)$(MAKE) --no-print-directory setup
	$(Q)$(MAKE) --no-print-directory -j2 all
	$(Q)B=$(B) sh examples/demo.sh

NEEDS = gcc libc6-dev clang clang-format flex bison protobuf-c-compiler \
        libprotobuf-c-dev zlib1g-dev libpng-dev libcmocka-dev $(MORE)
setup: ## install what building and testing need, through apt
	$(Q)missing=$$(for p in $(strip $(NEEDS)); do \
	    dpkg -s $$p 2>&1 | \
	        grep -q '^Status: .* installed$$' || echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	sudo=$$([ "$$(id -u)" -eq 0 ] || echo sudo); \
	for p in $$sudo apt-get; do command -v $$p >/dev/null || { \
	    echo "There is no $$p here. Install these packages:" $$missing >&2; \
	    exit 1; }; done; \
	$$sudo apt-get update && \
	    $$sudo apt-get install -y --no-install-recommends $$missing

check: all $(TESTS) ## run all tests
	$(Q)B=$(B) CFLAGS="$(CFLAGS)" sh tests/run.sh $(TESTS)

check-asan: ## run all but the long tests with address and undefined checks
	$(Q)$(MAKE) --no-print-directory B=$(B)/asan LIGHT=1 check \
	    CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover"

WITHIN ?= errors broken tables commands driver train seeds cells
check-valgrind: all ## run compiler and programs under valgrind's memcheck
	$(Q)B=$(B) LIGHT=1 WITHIN="$(WITHIN)" GROUPS_=valgrind sh tests/run.sh

examples: all ## train all examples and compare with their READMEs
	$(Q)B=$(B) LONG=1 GROUPS_=examples sh tests/run.sh

fuzz: all ## compile random models, texts with mistakes, odd strings
	$(Q)B=$(B) sh tests/fuzz.sh 1 200 && B=$(B) sh tests/verify.sh 1 200 && \
	    B=$(B) sh tests/mutate.sh 1 5000 && \
	    B=$(B) sh tests/strings.sh 1 100

$(B)/tests/runtime/%_test: $(B)/tests/runtime/%_test.o $(B)/libnnrt.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lz -lpng $(LIBS)

# The test in which memory runs out has allocators of its own.
comma := ,
$(B)/tests/runtime/nn_memory_test: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%, \
    malloc calloc realloc aligned_alloc strdup strndup fopen fdopen opendir \
    fsync)

# What tests of the compiler share; linked where it is used.
$(B)/libtest.a: $(call objects,tests/support/*.c)
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/tests/%_test: $(B)/tests/%_test.o $(B)/libtest.a $(B)/libnnc.a
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(ONNX) $(LIBS)

$(TESTS:=.o): | $(B)/cmocka
$(B)/cmocka:
	@mkdir -p $(@D)
	@echo '#include <cmocka.h>' | $(CC) $(CFLAGS) -E - >/dev/null 2>&1 || { \
	    echo "The tests need cmocka: install the package 'libcmocka-dev'." \
	    >&2; exit 1; }
	@touch $@

bench: all $(B)/libnnrt.a ## measure kernels, networks and what compiling costs
	$(Q)B=$(B) sh bench/bench.sh

docs: ## write the tables of operators anew
	$(Q)for f in README.md docs/language.md; do \
	    sh docs/operators.sh $$f >$(B)/docs.md && cp $(B)/docs.md $$f; done

lint: all $(B)/libnnrt.a ## check layout and the rules of the house
	$(Q)B=$(B) GROUPS_=lint sh tests/run.sh

format: ## lay out all C files
	$(call need,clang-format,clang-format)
	$(Q)clang-format -i $(OURS)

tidy: $(B)/libnnc.a ## look for likely mistakes with clang-tidy
	$(call need,clang-tidy,clang-tidy)
	$(Q)clang-tidy --quiet $(filter %.c,$(OURS)) -- \
	    $(filter-out -MMD -MP,$(FLAGS))

# What programs that hold a model are linked with: no model opens the files for
# which the two of the runtime that need a library are.
$(B)/install/libnnrt.a: $(call objects,$(SHARED))
	@mkdir -p $(@D)
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

TO = $(DESTDIR)$(PREFIX)
VERSION = $(shell sed -n 's/.*NNC_VERSION "\(.*\)"/\1/p' \
          compiler/base/version.h)
install: all $(B)/install/libnnrt.a ## copy nnc and its runtime to PREFIX (/usr/local)
	install -d $(TO)/bin $(TO)/share/man/man1 $(TO)/include/nnc \
	    $(TO)/lib/pkgconfig
	install -m 755 $(B)/nnc $(TO)/bin/nnc
	install -m 644 docs/nnc.1 $(TO)/share/man/man1
	install -m 644 runtime/*.h $(TO)/include/nnc
	install -m 644 $(B)/install/libnnrt.a $(TO)/lib
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: nnc' \
	    'Description: sessions of compiled neural networks' \
	    'Version: $(VERSION)' 'Cflags: -I$${prefix}/include/nnc' \
	    'Libs: -L$${prefix}/lib -lnnrt -lm -pthread' \
	    >$(TO)/lib/pkgconfig/nnc.pc

uninstall: ## remove what install copied
	rm -f $(TO)/bin/nnc $(TO)/share/man/man1/nnc.1 $(TO)/lib/libnnrt.a \
	    $(TO)/lib/pkgconfig/nnc.pc
	rm -rf $(TO)/include/nnc

clean: ## remove everything that was built
	rm -rf $(B)

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile | \
	    awk -F': ' '{ printf "make %-14s %s\n", $$1, $$2 }'

-include $(shell find $(B) -name '*.d' 2>/dev/null)
