#include "lib/view.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <ctemplate/template_emitter.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using ctemplate::TemplateCache;
using ctemplate::TemplateDictionary;
using ctemplate::TemplateString;

struct view {
    TemplateDictionary *dict;
    struct arena *a;
    struct view *root;
    const char *missing; /* root only: an included file that is not there */
};

namespace
{

const char first_line[] = "{{%AUTOESCAPE context=\"HTML\"}}";
/* of files in a folder messages: text, not HTML */
const char first_line_text[] = "{{! text: nothing is escaped }}";
const ctemplate::Strip strip = ctemplate::STRIP_BLANK_LINES;

struct store {
    TemplateCache cache;
    std::set<std::string> files;
};

store *templates; /* read-only once view_open has returned */

class buf_emitter : public ctemplate::ExpandEmitter
{
  public:
    explicit buf_emitter(struct buf *out) : out_(out)
    {
    }
    void
    Emit(char c) override
    {
        buf_addc(out_, c);
    }
    void
    Emit(const std::string &s) override
    {
        buf_add(out_, s.data(), s.size());
    }
    void
    Emit(const char *s) override
    {
        buf_adds(out_, s);
    }
    void
    Emit(const char *s, size_t len) override
    {
        buf_add(out_, s, len);
    }

  private:
    struct buf *out_;
};

/* What is wrong with a template's text before ctemplate sees it, or NULL. */
const char *
fault_of(const fs::path &path)
{
    std::ifstream in(path);
    std::string line;
    if (!std::getline(in, line))
        return "cannot be read";
    if (fs::absolute(path).parent_path().filename() == "messages")
        return line == first_line_text
                   ? nullptr
                   : "its first line is not {{! text: nothing is escaped }}";
    if (line != first_line)
        return "its first line is not {{%AUTOESCAPE context=\"HTML\"}}";
    while (std::getline(in, line))
        if (line.find(":none}}") != std::string::npos ||
            line.find(":none:") != std::string::npos)
            return "it switches escaping off with :none";
    return nullptr;
}

bool
load(store &s, const fs::path &dir, struct err *err)
{
    std::vector<fs::path> paths;
    for (const auto &entry : fs::recursive_directory_iterator(dir))
        if (entry.is_regular_file() && entry.path().extension() == ".tpl")
            paths.push_back(entry.path());
    s.cache.SetTemplateRootDirectory(dir.string());
    for (const auto &path : paths) {
        std::string file = fs::relative(path, dir).string();
        const char *fault = fault_of(path);
        if (fault == nullptr && !s.cache.LoadTemplate(file, strip))
            fault = "wrong syntax (see the line above)";
        if (fault != nullptr)
            return err_set(err, ERR_INTERNAL, "template %s: %s", file.c_str(),
                           fault);
        s.files.insert(file);
    }
    s.cache.Freeze();
    return true;
}

bool
has_file(const char *file)
{
    return templates != nullptr && templates->files.count(file) != 0;
}

void
dict_free(void *dict)
{
    delete static_cast<TemplateDictionary *>(dict);
}

struct view *
wrap(struct arena *a, TemplateDictionary *dict, struct view *root)
{
    struct view *v = static_cast<struct view *>(arena_alloc(a, sizeof *v));
    v->dict = dict;
    v->a = a;
    v->root = root != nullptr ? root : v;
    return v;
}

} // namespace

bool
view_open(const char *dir, struct err *err)
{
    try {
        std::error_code code;
        if (!fs::is_directory(dir, code))
            return err_set(err, ERR_INPUT, "no template folder %s", dir);
        auto *s = new store;
        if (!load(*s, dir, err)) {
            delete s;
            return false;
        }
        view_close();
        templates = s;
        return true;
    } catch (const std::exception &e) {
        return err_set(err, ERR_INTERNAL, "templates in %s: %s", dir, e.what());
    }
}

void
view_close(void)
{
    delete templates;
    templates = nullptr;
}

struct view *
view_new(struct arena *a, const char *name)
{
    auto *dict = new TemplateDictionary(name);
    arena_defer(a, dict_free, dict);
    return wrap(a, dict, nullptr);
}

void
view_set(struct view *v, const char *name, const char *text)
{
    if (text != nullptr)
        v->dict->SetValue(name, text);
}

void
view_setf(struct view *v, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    view_set(v, name, arena_vprintf(v->a, fmt, args));
    va_end(args);
}

void
view_set_i64(struct view *v, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", static_cast<long long>(value));
    view_set(v, name, text);
}

void
view_set_all(struct view *v, const char *name, const char *text)
{
    if (text != nullptr)
        v->dict->SetTemplateGlobalValue(name, text);
}

void
view_show_all(struct view *v, const char *section)
{
    v->dict->ShowTemplateGlobalSection(section);
}

void
view_show(struct view *v, const char *section)
{
    v->dict->ShowSection(section);
}

struct view *
view_add(struct view *v, const char *section)
{
    return wrap(v->a, v->dict->AddSectionDictionary(section), v->root);
}

struct view *
view_include(struct view *v, const char *name, const char *file)
{
    if (!has_file(file))
        v->root->missing = arena_strdup(v->a, file);
    TemplateDictionary *dict = v->dict->AddIncludeDictionary(name);
    dict->SetFilename(file);
    return wrap(v->a, dict, v->root);
}

bool
view_render(const char *file, struct view *v, struct buf *out, struct err *err)
{
    const char *missing = has_file(file) ? v->root->missing : file;
    if (missing != nullptr)
        return err_set(err, ERR_INTERNAL, "no template %s", missing);
    try {
        buf_emitter emitter(out);
        if (!templates->cache.ExpandWithData(file, strip, v->dict, nullptr,
                                             &emitter))
            return err_set(err, ERR_INTERNAL, "template %s: cannot be expanded",
                           file);
        return true;
    } catch (const std::exception &e) {
        return err_set(err, ERR_INTERNAL, "template %s: %s", file, e.what());
    }
}
