package searchapp.testing;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.FilteringTokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.elasticsearch.plugin.Inject;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.AnalyzerFactory;
import org.elasticsearch.plugin.analysis.TokenFilterFactory;
import org.elasticsearch.plugin.analysis.TokenizerFactory;
import org.elasticsearch.plugin.settings.AnalysisSettings;
import org.elasticsearch.plugin.settings.BooleanSetting;
import org.elasticsearch.plugin.settings.ListSetting;
import org.elasticsearch.plugin.settings.StringSetting;

/**
 * The part of Elasticsearch's analysis-common module that our templates, and its own security index, name.
 *
 * The distribution in Maven's registry is Elasticsearch without that module, but it has the Lucene classes behind it.
 * Each name, setting and default here is the real one, so a template that passes here passes on a full Elasticsearch;
 * keep it so, and list a new name in named_components.json too.
 */
public final class TestAnalysis {

    @NamedComponent("cjk_width")
    public static class CjkWidth implements TokenFilterFactory {
        @Override public TokenStream create(TokenStream in) { return new CJKWidthFilter(in); }
        @Override public TokenStream normalize(TokenStream in) { return create(in); }
    }

    @AnalysisSettings
    public interface CjkBigramSettings {
        @BooleanSetting(path = "output_unigrams", defaultValue = false) boolean outputUnigrams();
    }

    @NamedComponent("cjk_bigram")
    public static class CjkBigram implements TokenFilterFactory {
        private static final int ALL_SCRIPTS =
            CJKBigramFilter.HAN | CJKBigramFilter.HIRAGANA | CJKBigramFilter.KATAKANA | CJKBigramFilter.HANGUL;
        private final boolean outputUnigrams;

        @Inject public CjkBigram(CjkBigramSettings settings) { outputUnigrams = settings.outputUnigrams(); }
        @Override public TokenStream create(TokenStream in) {
            return new CJKBigramFilter(in, ALL_SCRIPTS, outputUnigrams);
        }
    }

    @NamedComponent("porter_stem")
    public static class PorterStem implements TokenFilterFactory {
        @Override public TokenStream create(TokenStream in) { return new PorterStemFilter(in); }
    }

    @NamedComponent("kstem")
    public static class KStem implements TokenFilterFactory {
        @Override public TokenStream create(TokenStream in) { return new KStemFilter(in); }
    }

    @AnalysisSettings
    public interface StemmerSettings {
        @StringSetting(path = "language", defaultValue = "porter") String language();
    }

    /** English only; an unknown language fails, as it does in the real one. */
    @NamedComponent("stemmer")
    public static class Stemmer implements TokenFilterFactory {
        private final String language;

        @Inject public Stemmer(StemmerSettings settings) { language = settings.language(); }
        @Override public TokenStream create(TokenStream in) {
            return switch (language) {
                case "english", "porter" -> new PorterStemFilter(in);
                case "light_english", "kstem" -> new KStemFilter(in);
                case "possessive_english" -> new EnglishPossessiveFilter(in);
                default -> throw new IllegalArgumentException("the test plugin has no stemmer for [" + language + "]");
            };
        }
    }

    @AnalysisSettings
    public interface PreserveOriginalSettings {
        @BooleanSetting(path = "preserve_original", defaultValue = false) boolean preserveOriginal();
    }

    @NamedComponent("asciifolding")
    public static class AsciiFolding implements TokenFilterFactory {
        private final boolean preserveOriginal;

        @Inject public AsciiFolding(PreserveOriginalSettings settings) { preserveOriginal = settings.preserveOriginal(); }
        @Override public TokenStream create(TokenStream in) { return new ASCIIFoldingFilter(in, preserveOriginal); }
        @Override public TokenStream normalize(TokenStream in) { return new ASCIIFoldingFilter(in, false); }
    }

    @NamedComponent("word_delimiter_graph")
    public static class WordDelimiterGraph implements TokenFilterFactory {
        private static final int DEFAULTS = WordDelimiterGraphFilter.GENERATE_WORD_PARTS
            | WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS | WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE
            | WordDelimiterGraphFilter.SPLIT_ON_NUMERICS | WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE;
        private final int flags;

        @Inject public WordDelimiterGraph(PreserveOriginalSettings settings) {
            flags = settings.preserveOriginal() ? DEFAULTS | WordDelimiterGraphFilter.PRESERVE_ORIGINAL : DEFAULTS;
        }
        @Override public TokenStream create(TokenStream in) {
            return new WordDelimiterGraphFilter(
                in, true, WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE, flags, null);
        }
    }

    @NamedComponent("flatten_graph")
    public static class FlattenGraph implements TokenFilterFactory {
        @Override public TokenStream create(TokenStream in) { return new FlattenGraphFilter(in); }
    }

    @AnalysisSettings
    public interface PatternCaptureSettings {
        @ListSetting(path = "patterns") List<String> patterns();
        @BooleanSetting(path = "preserve_original", defaultValue = true) boolean preserveOriginal();
    }

    @NamedComponent("pattern_capture")
    public static class PatternCapture implements TokenFilterFactory {
        private final Pattern[] patterns;
        private final boolean preserveOriginal;

        @Inject public PatternCapture(PatternCaptureSettings settings) {
            patterns = settings.patterns().stream().map(Pattern::compile).toArray(Pattern[]::new);
            preserveOriginal = settings.preserveOriginal();
        }
        @Override public TokenStream create(TokenStream in) {
            return new PatternCaptureGroupTokenFilter(in, preserveOriginal, patterns);
        }
    }

    /** The first of each token of a text; Elasticsearch's own class, not Lucene's, hence written out. */
    @NamedComponent("unique")
    public static class Unique implements TokenFilterFactory {
        @Override public TokenStream create(TokenStream in) { return new UniqueFilter(in); }
    }

    private static final class UniqueFilter extends FilteringTokenFilter {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final Set<String> seen = new HashSet<>();

        UniqueFilter(TokenStream in) { super(in); }
        @Override protected boolean accept() { return seen.add(term.toString()); }
        @Override public void reset() throws java.io.IOException {
            super.reset();
            seen.clear();
        }
    }

    @NamedComponent("trim")
    public static class Trim implements TokenFilterFactory {
        @Override public TokenStream create(TokenStream in) { return new TrimFilter(in); }
        @Override public TokenStream normalize(TokenStream in) { return create(in); }
    }

    @NamedComponent("keyword")
    public static class Keyword implements TokenizerFactory {
        @Override public Tokenizer create() { return new KeywordTokenizer(); }
    }

    @NamedComponent("whitespace")
    public static class Whitespace implements TokenizerFactory {
        @Override public Tokenizer create() { return new WhitespaceTokenizer(); }
    }

    @AnalysisSettings
    public interface PatternSettings {
        @StringSetting(path = "pattern", defaultValue = "\\W+") String pattern();
    }

    /** Splits at what matches; the real one has `group` and `flags` too. */
    @NamedComponent("pattern")
    public static class PatternSplit implements TokenizerFactory {
        private final Pattern separator;

        @Inject public PatternSplit(PatternSettings settings) { separator = Pattern.compile(settings.pattern()); }
        @Override public Tokenizer create() { return new PatternTokenizer(separator, -1); }
    }

    @NamedComponent("uax_url_email")
    public static class UaxUrlEmail implements TokenizerFactory {
        @Override public Tokenizer create() { return new UAX29URLEmailTokenizer(); }
    }

    @NamedComponent("english")
    public static class English implements AnalyzerFactory {
        @Override public Analyzer create() { return new EnglishAnalyzer(); }
    }

    @NamedComponent("cjk")
    public static class Cjk implements AnalyzerFactory {
        @Override public Analyzer create() { return new CJKAnalyzer(); }
    }
}
