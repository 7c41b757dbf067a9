# quotemill. `make help` lists the targets; build/ holds all output but bin/.
CC ?= gcc
CXX ?= g++
BUILD ?= build
BIN ?= bin
OPT ?= -O2 -g
WARN = -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-format-truncation -Wno-unknown-warning-option
CWARN = $(WARN) -Wstrict-prototypes -Wmissing-prototypes
PKGS = libpq libcurl libsodium libzstd zlib liboath libctemplate simdjson lapacke openblas
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CPPFLAGS += -D_GNU_SOURCE -I. -I$(BUILD) $(PKG_CFLAGS)
ALL_CFLAGS = -std=c11 $(OPT) $(CWARN) $(WERROR) $(SAN) $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 $(OPT) $(WARN) $(WERROR) $(SAN) $(CXXFLAGS)
LIBS = -Wl,--as-needed $(PKG_LIBS) -lfcgi -lm -lpthread

sources = $(wildcard $(addsuffix /*.c,$(1))) $(wildcard $(addsuffix /*.cc,$(1)))
objects = $(addprefix $(BUILD)/,$(addsuffix .o,$(call sources,$(1))))
LIB_O = $(call objects,lib)
CORE_O = $(call objects,core core/indicators core/providers)
WORKER_O = $(call objects,worker)
CGI_O = $(call objects,cgi)
SIM_O = $(call objects,simulator)
TESTLIB_O = $(call objects,tests/lib)
FUZZERS = $(patsubst tests/fuzz/%.c,$(BUILD)/bin/%,$(wildcard tests/fuzz/*.c))
UNIT_T = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%.t,$(wildcard tests/unit/*.c))
ALL_O = $(LIB_O) $(CORE_O) $(WORKER_O) $(CGI_O) $(SIM_O) $(TESTLIB_O) \
  $(call objects,tests/unit) $(call objects,tests/fuzz)
PROGRAMS = $(BIN)/quotemill $(BIN)/quotemill.fcgi $(BIN)/quotemill-simulator

all: $(PROGRAMS)  ## build the three programs into bin/

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

$(BUILD)/sql.def: $(wildcard sql/queries/*.sql) scripts/embed-sql
	@mkdir -p $(@D)
	scripts/embed-sql sql/queries/*.sql > $@.new && mv $@.new $@

$(BUILD)/plan.def: sql/sqitch.plan
	@mkdir -p $(@D)
	awk '/^[a-z]/ { print "CHANGE(\"" $$1 "\")" }' $< > $@

# Loops over columns become vector code; results stay those of the plain code.
$(BUILD)/core/indicators/%.c.o: override CFLAGS += -O3 -fno-math-errno \
  -fno-trapping-math -ffp-contract=off

$(BUILD)/%.c.o: %.c | $(BUILD)/sql.def $(BUILD)/plan.def
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.cc.o: %.cc | $(BUILD)/sql.def $(BUILD)/plan.def
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/lib.a: $(LIB_O)
$(BUILD)/core.a: $(CORE_O)
$(BUILD)/simulator.a: $(filter-out %/main.c.o,$(SIM_O))
%.a:
	@rm -f $@
	ar rcs $@ $^

$(BIN)/quotemill: $(WORKER_O)
$(BIN)/quotemill.fcgi: $(CGI_O)
$(BIN)/quotemill-simulator: $(BUILD)/simulator/main.c.o $(BUILD)/simulator.a
$(PROGRAMS): $(BUILD)/core.a $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(CXX) $(SAN) $(LDFLAGS) -o $@ $(filter %.o %/simulator.a,$^) $(BUILD)/core.a $(BUILD)/lib.a $(LIBS)

# There are a hundred tests to link; lld takes a quarter of the time of ld.
FAST_LD := $(if $(shell command -v ld.lld),-fuse-ld=lld)

$(BUILD)/tests/unit/simulator_%.t: $(BUILD)/tests/unit/simulator_%.c.o $(BUILD)/simulator.a $(BUILD)/core.a $(BUILD)/lib.a
	$(CXX) $(SAN) $(FAST_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/tests/unit/worker_%.t: $(BUILD)/tests/unit/worker_%.c.o $(filter-out %/main.c.o,$(WORKER_O)) $(TESTLIB_O) $(BUILD)/core.a $(BUILD)/lib.a
	$(CXX) $(SAN) $(FAST_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/tests/unit/cgi_%.t: $(BUILD)/tests/unit/cgi_%.c.o $(filter-out %/main.c.o,$(CGI_O)) $(BUILD)/core.a $(BUILD)/lib.a
	$(CXX) $(SAN) $(FAST_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/tests/unit/%.t: $(BUILD)/tests/unit/%.c.o $(TESTLIB_O) $(BUILD)/core.a $(BUILD)/lib.a
	$(CXX) $(SAN) $(FAST_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/bench/%: $(BUILD)/bench/%.c.o $(BUILD)/core.a $(BUILD)/lib.a
	$(CXX) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

bench: all $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))  ## print the ratios of design.md, section 13
	for each in bench/*.sh; do $$each || exit 1; done

# The programs need none of it: without npm the pages show tables alone.
VENDOR = build/static/vendor
VENDORED = $(VENDOR)/lightweight-charts.js
static: $(VENDORED)  ## what the pages load that others wrote, from npm
$(VENDORED): package.json package-lock.json scripts/vendor
	scripts/vendor $(@D)

unit: $(UNIT_T)  ## build the unit tests

objects: $(ALL_O)  ## compile only

# One build serves the unit tests and the fuzz targets.
asan:  ## build everything and the fuzz targets with clang's sanitizers
	$(MAKE) BUILD=build/asan BIN=build/asan/bin CC=clang CXX=clang++ OPT='-O1 -gline-tables-only' \
	  SAN='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer' \
	  all unit objects fuzzers

fuzzers: $(FUZZERS)
$(BUILD)/bin/%: $(BUILD)/tests/fuzz/%.c.o $(BUILD)/core.a $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(CXX) -fsanitize=address,undefined,fuzzer $(FAST_LD) -o $@ $^ $(LIBS)

test check:  ## build with warnings as errors and run every check and test
	scripts/check

format:  ## format the C sources in place
	clang-format -i $(shell git ls-files '*.c' '*.h' '*.cc')

PREFIX ?= /usr
D = $(DESTDIR)$(PREFIX)
SHARE = $(D)/share/quotemill
install: all $(VENDORED)  ## install below DESTDIR (PREFIX=/usr; units name /usr); VENDORED= without charts
	install -d $(D)/bin $(D)/lib/quotemill $(SHARE)/nginx $(SHARE)/scripts \
	  $(SHARE)/simulator $(D)/share/doc/quotemill $(D)/lib/systemd/system \
	  $(D)/lib/sysusers.d $(D)/lib/tmpfiles.d $(DESTDIR)/etc/quotemill \
	  $(DESTDIR)/etc/nginx/sites-available
	install bin/quotemill $(D)/bin/
	install bin/quotemill.fcgi bin/quotemill-simulator $(D)/lib/quotemill/
	cp -R templates static sql sqitch.conf $(SHARE)/
	[ -z "$(VENDORED)" ] || cp -R $(VENDOR) $(SHARE)/static/
	install -m 644 simulator/catalogue.csv $(SHARE)/simulator/
	install scripts/schema $(SHARE)/scripts/
	scripts/nginx-conf $(SHARE)/nginx $(PREFIX)/share/quotemill/nginx \
	  /run/quotemill /run/quotemill-publish/publish.sock $(PREFIX)/share/quotemill/static \
	  $(PREFIX)/share/quotemill/static/vendor
	install -m 644 README.md CHANGELOG.md docs/*.md $(D)/share/doc/quotemill/
	install -m 644 systemd/*.service systemd/*.socket systemd/*.timer $(D)/lib/systemd/system/
	install -m 644 systemd/quotemill.sysusers $(D)/lib/sysusers.d/quotemill.conf
	install -m 644 systemd/quotemill.tmpfiles $(D)/lib/tmpfiles.d/quotemill.conf
	install -m 644 nginx/site.conf $(DESTDIR)/etc/nginx/sites-available/quotemill
	[ -e $(DESTDIR)/etc/quotemill/quotemill.env ] || \
	  install -m 640 systemd/quotemill.env $(DESTDIR)/etc/quotemill/quotemill.env

clean:  ## remove all output
	rm -rf build bin

-include $(ALL_O:.o=.d)
.PHONY: all help static unit objects asan fuzzers test check bench format install clean
.SECONDARY:
